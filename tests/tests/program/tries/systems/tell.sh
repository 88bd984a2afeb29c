# Tells what the tree in a folder is, a line for each file: its name, kind and check sum. What systems and masters keep in
# it is left out.
cd "$1" || exit 1
find . \( -name .git -o -name .hg -o -name .svn -o -name .bzr -o -name _darcs -o -name CVS -o -name '.buildbot-*' \
    -o -name .darcs-context \) -prune -o \( -type f -o -type l \) -print | LC_ALL=C sort |
    while IFS= read -r file; do
        if test -L "$file"; then echo "$file is a link to $(readlink "$file")"
        else echo "$file is $(test -x "$file" && echo executable || echo plain), $(sha256sum <"$file")"
        fi
    done
