// Package restore puts what a run was made of back into a folder: its code, and its
// inputs where they can be had.
//
// It works in two steps. [Make] reads a record into a [Plan]: the ingredients of the
// run, each with its digest and the place that it goes to. [Plan.Execute] looks for
// the bytes of each in one [Source] after another, writes them beside their place,
// hashes them as they are written, and shows the folder when all is done. What
// cannot be had stands in the [Report] with the reason; it is never made up.
//
// # Places
//
// What the record names from the root repo stands at that path of the folder. All
// other roots stand below one folder in it, [Options.DataDir], by their name:
//
//	repo:data/train.csv     DIR/data/train.csv
//	abs:/mnt/data/a.csv     DIR/lineage-inputs/abs/mnt/data/a.csv
//	home:data/b.csv         DIR/lineage-inputs/home/data/b.csv
//
// Nothing is ever written outside of the folder, nor through a link. A symbolic link
// that the record names is made again where it leads to a place within its own tree
// by a relative way; any other stands as the file or folder that it led to.
package restore
