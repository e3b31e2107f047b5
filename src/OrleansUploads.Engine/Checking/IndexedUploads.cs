using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Checking;

/// <summary>The uploads whose archives are in an index: 8 bytes for each, so that a hundred million fit in memory.</summary>
/// <remarks>Two uploads may share a fingerprint, which is as likely as that a guess at 64 bits is right.</remarks>
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

    // FNV-1a; the IDs themselves are random.
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
