namespace OrleansUploads.Engine.Checking;

/// <summary>What the indexes of a folder refer to. It stores 8 bytes per reference, so that a hundred million fit in
/// memory.</summary>
internal sealed class IndexedReferences
{
    /// <summary>The uploads whose archives are in a vault's index.</summary>
    public ReferenceSet Archives { get; } = new();

    /// <summary>The uploads whose objects are in a bucket's index, and those that a leaf still has to tell of the removal.</summary>
    public ReferenceSet Objects { get; } = new();

    /// <summary>The uploads in progress that a bucket lists.</summary>
    public ReferenceSet ObjectUploads { get; } = new();

    /// <summary>The leaves to which another leaf leads.</summary>
    public ReferenceSet Leaves { get; } = new();
}

/// <summary>A set of IDs, as 64-bit fingerprints.</summary>
/// <remarks>Two IDs have the same fingerprint with a probability of 2^-64.</remarks>
internal sealed class ReferenceSet
{
    private readonly List<ulong> _fingerprints = [];
    private bool _isSorted = true;

    public void Add(UploadId upload) => Add(upload.ToString());

    public void Add(LeafId leaf) => Add(leaf.ToString());

    public bool Contains(UploadId upload) => Contains(upload.ToString());

    public bool Contains(LeafId leaf) => Contains(leaf.ToString());

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
