// Checks a checkpoint, its receipt and its tiles with the Go project's own implementation of these formats
// (golang.org/x/mod/sumdb/note and tlog; Debian: golang-go, golang-golang-x-mod-dev).
//
// Usage: check KEY CHECKPOINT ENTRY RECEIPT TILES
package main

import (
	"fmt"
	"io/ioutil"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(name string) []byte {
	bytes, err := ioutil.ReadFile(name)
	must(err)
	return bytes
}

func open(key string, bytes []byte) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	must(err)
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		must(fmt.Errorf("the checkpoint's text is %q", opened.Text))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func main() {
	key, entry := os.Args[1], read(os.Args[3])
	tree := open(key, read(os.Args[2]))

	receipt := string(read(os.Args[4]))
	parts := strings.SplitN(receipt, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("the receipt begins with %q", lines[0]))
	}
	leaf, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		proof = append(proof, hash)
	}
	head := open(key, []byte(parts[1]))
	must(tlog.CheckRecord(proof, head.N, head.Hash, leaf, tlog.RecordHash(entry)))

	// The leaf hashes of all tiles, one after another: the tree is built anew from them.
	tiles := read(os.Args[5])
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, index := range indexes {
			out = append(out, stored[index])
		}
		return out, nil
	})
	for n := int64(0); n < tree.N; n++ {
		var hash tlog.Hash
		copy(hash[:], tiles[n*32:(n+1)*32])
		more, err := tlog.StoredHashesForRecordHash(n, hash, reader)
		must(err)
		stored = append(stored, more...)
		if n == leaf && hash != tlog.RecordHash(entry) {
			must(fmt.Errorf("the tile has another hash for entry %d", n))
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	must(err)
	if root != tree.Hash {
		must(fmt.Errorf("the tiles lead to %v, the checkpoint has %v", root, tree.Hash))
	}
	fmt.Println("good", tree.N, leaf)
}
