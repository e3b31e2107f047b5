using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Checking;

/// <summary>The uploads whose archives are in an index. It stores 8 bytes per upload, so that a hundred million fit in
/// memory.</summary>
/// <remarks>Two uploads have the same 64-bit fingerprint with a probability of 2^-64.</remarks>
internal sealed class IndexedUploads
{
    private readonly List<ulong> _fingerprints = [];
    private bool _isSorted = true;

    public void Add(UploadId upload)
    {
        _fingerprints.Add(Fingerprint(upload));
        _isSorted = false;
    }

    public bool Contains(UploadId upload)
    {
        if (!_isSorted)
        {
            _fingerprints.Sort();
            _isSorted = true;
        }

        return _fingerprints.BinarySearch(Fingerprint(upload)) >= 0;
    }

    // FNV-1a is sufficient, because the IDs are random.
    private static ulong Fingerprint(UploadId upload)
    {
        var hash = 14695981039346656037;
        foreach (var letter in upload.ToString())
        {
            hash = unchecked((hash ^ letter) * 1099511628211);
        }

        return hash;
    }
}
