package config

import (
	"path/filepath"

	"shiplist"
)

// fileMost bounds a configuration; the embedded one has some 80 KB.
const fileMost = 1 << 20

// builtIn is what problems call the embedded default.
const builtIn = "config.toml (built in)"

// Default returns the embedded default, with paths counted from the working
// directory. An error means that the program was built from a broken file.
func Default() (*Config, error) {
	dir, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	c, err := defaults()
	if err != nil {
		return nil, err
	}
	c.resolve(dir)
	return c, nil
}

// defaults reads the embedded default and leaves its paths as they are written,
// because they count from the file that is laid over it.
func defaults() (*Config, error) {
	d, err := open(builtIn, "", string(shiplist.Config))
	if err != nil {
		return nil, err
	}
	c := &Config{}
	d.read(c)
	return c, d.problems.sorted(d.name).err()
}

// Load reads the file at path and lays it over the embedded default:
//
//   - in [site], [store], [agent], [sign], [limits] and [precedence] a key that the file leaves out has
//     the default's value;
//   - a rule table ([[product]], [[series]], ..., [contacts]) that it leaves out is
//     the default's; one that it gives replaces all rows of the default's;
//   - the sources ([[tracker]], [[tree]], [[plan]]) are the file's alone. Nobody's
//     server is asked because of a default, and a file without any source is an
//     error.
//
// Relative paths count from the file's directory. The error is a [Problems] unless
// the file cannot be read; errors.Is(err, fs.ErrNotExist) when it is not there.
func Load(path string) (*Config, error) {
	text, err := readBounded(path, fileMost)
	if err != nil {
		return nil, absent(path, err)
	}
	return Parse(path, text)
}

// Parse does the same for the text of a file called name.
func Parse(name string, text []byte) (*Config, error) {
	c, err := defaults()
	if err != nil {
		return nil, err
	}
	return c.under(name, string(text))
}

// under lays the text of a file over c, the default.
func (c Config) under(name, text string) (*Config, error) {
	file, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(file)
	d, err := open(name, dir, text)
	if err != nil {
		return nil, err
	}
	c.File, c.Trackers, c.Trees, c.Plans = file, nil, nil, nil
	d.read(&c)
	if len(c.Trackers)+len(c.Trees)+len(c.Plans) == 0 {
		d.problems = append(d.problems, Problem{d.name, 1, 1, "", noSource})
	}
	c.Lists = d.lists
	c.resolve(dir)
	d.apart(&c)
	if err := d.problems.sorted(d.name).err(); err != nil {
		return nil, err
	}
	return &c, nil
}

// read reads everything that is in the document over c.
func (d *document) read(c *Config) {
	for key, read := range map[string]func(*table){
		"site": c.Site.read, "store": c.Store.read, "agent": c.Agent.read, "sign": c.Sign.read, "limits": c.Limits.read,
		"commands": c.Commands.read,
	} {
		if t := d.root.table(key); t != nil {
			read(t)
		}
	}
	d.readRules(&c.Rules) // sources name series
	if t := d.root.table("respin"); t != nil {
		c.Respin.read(t, &c.Rules.Respin)
	}
	if t := d.root.table("archive"); t != nil {
		readArchive(t, &c.Rules.Archive)
	}
	if t := d.root.table("boot_menu"); t != nil {
		readBootMenu(t, &c.Rules.BootMenu)
	}
	rows(d, "tracker", &c.Trackers, readTracker)
	rows(d, "tree", &c.Trees, readTree)
	rows(d, "plan", &c.Plans, readPlan)
	rows(d, "rush", &c.Rushes, c.readRush)
	rows(d, "target", &c.Targets, readTarget)
	rows(d, "moved", &c.Moved, readMoved)
	c.Moved = d.settleMoved(c.Moved)
	if t := d.root.table("precedence"); t != nil {
		c.readPrecedence(t)
	}
	d.root.close()
}
