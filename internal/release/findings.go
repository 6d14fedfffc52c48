package release

func (j *joiner) find() {}
