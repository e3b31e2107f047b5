using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Checking;

/// <summary>What the indexes of a folder list, so that an entity that should be listed is found without reading its index again.</summary>
/// <remarks>It stores 64-bit fingerprints, so that a hundred million fit in memory. Two have the same one with a probability of 2^-64.
/// </remarks>
internal sealed class ListedIds
{
    private readonly List<ulong> _fingerprints = [];
    private bool _isSorted = true;

    /// <summary>Adds what an index lists: archives, objects, uploads in progress, and the leaves to which a leaf leads. An object counts as
    /// listed while the leaf still has to tell its upload of the removal.</summary>
    public void AddAllOf(object state)
    {
        switch (state)
        {
            case ArchiveShardState shard:
                foreach (var archive in shard.Archives.Where(static archive => archive.DeletedIn is null))
                {
                    Add(OfArchive(archive.Entry.Upload));
                }

                break;
            case KeyLeafState leaf when leaf.Phase != LeafPhase.Unborn:
                var index = leaf.Leaf.Index;
                var uploads = leaf.Entries.Select(static entry => entry.Upload)
                    .Concat(leaf.Releases.Values.Select(static release => release.Upload));
                foreach (var upload in uploads)
                {
                    Add(OfKey(index.Tree, upload));
                }

                if (leaf.Phase is LeafPhase.Live or LeafPhase.Sealed)
                {
                    foreach (var name in ((LeafName?[])[leaf.Next, leaf.Right]).OfType<LeafName>())
                    {
                        Add(new LeafId(index, name).ToString());
                    }
                }

                break;
        }
    }

    /// <summary>Whether a vault's index has the archive of an upload.</summary>
    public bool HasArchive(UploadId upload) => Contains(OfArchive(upload));

    /// <summary>Whether an ordered index has the object of an upload, or lists the upload in progress.</summary>
    public bool HasKey(KeyTree tree, UploadId upload) => Contains(OfKey(tree, upload));

    /// <summary>Whether another leaf leads to a leaf.</summary>
    public bool HasLeaf(LeafId leaf) => Contains(leaf.ToString());

    private static string OfArchive(UploadId upload) => $"archive {upload}";

    private static string OfKey(KeyTree tree, UploadId upload) => $"{tree} {upload}";

    private void Add(string id)
    {
        _fingerprints.Add(Fingerprint(id));
        _isSorted = false;
    }

    private bool Contains(string id)
    {
        if (!_isSorted)
        {
            _fingerprints.Sort();
            _isSorted = true;
        }

        return _fingerprints.BinarySearch(Fingerprint(id)) >= 0;
    }

    // FNV-1a is sufficient, because the IDs are random.
    private static ulong Fingerprint(string id)
    {
        var hash = 14695981039346656037;
        foreach (var letter in id)
        {
            hash = unchecked((hash ^ letter) * 1099511628211);
        }

        return hash;
    }
}
