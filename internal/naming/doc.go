// Package naming reads the names of image trees: what a directory is for, what a
// file is, and which files together are one image. It knows nothing of where the
// names come from and opens nothing.
//
// The grammar is data: series, versions, projects, publish types, architectures
// and extensions come from [release.Rules], compiled once by [New]. What is fixed
// here is only how the parts are put together:
//
//	daily       SERIES-PUBLISHTYPE-ARCH.EXT
//	            PROJECT-CORESERIES-ARCH.EXT
//	            SERIES-src-N.EXT
//	released    PREFIX-VERSION[-STATUS]-PUBLISHTYPE-ARCH.EXT
//	bare        ARCH.EXT, PUBLISHTYPE.EXT
//	companion   an image's name without extension, then .EXT, .EXT.EXT or -EXT
//
//	daily       [SUBTREE/][PROJECT/][SERIES/]IMAGETYPE/ID
//	            PROJECT/CORESERIES/CHANNEL/ID
//	release     [SUBTREE/][PROJECT/]releases/SERIES[/STATUS...]
//	            [PROJECT/]SERIES[/STATUS...]
//	pool        .../.pool
//
// where SERIES may also be one of its versions, and a daily's ID also current,
// pending or manual.
//
// The one idea to keep in mind: nothing is dropped for being unknown. Parts that
// no rule has are cut out by their place, kept as they are, and named in
// [release.Image.Unknown]; only a file that cannot be told apart from any other
// file is a stray.
package naming
