namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A file's pages and length. A page that both versions share is one array, and is copied before it is
/// written.</summary>
internal sealed class FileNode(ulong id, uint type, uint permissions, string path) : DiskNode(id, type, permissions, path)
{
    public const int PageBytes = 4096;

    private static readonly byte[] Zeros = new byte[PageBytes];

    private readonly TwoVersions<long, byte[]> _pages = new();
    private long _length;
    private long _durableLength;
    private bool _isLengthUnflushed;

    public override long LengthBytes => _length;

    public override long AllocatedBytes => _pages.Visible.Count * (long)PageBytes;

    public bool HasUnflushed => _pages.Unflushed > 0 || _isLengthUnflushed;

    public int Read(long offset, Span<byte> bytes)
    {
        bytes = bytes[..(int)Math.Clamp(_length - offset, 0, bytes.Length)];
        for (var done = 0; done < bytes.Length;)
        {
            var (page, inPage, length) = Place(offset + done, bytes.Length - done);
            (_pages[page] ?? Zeros).AsSpan(inPage, length).CopyTo(bytes[done..]);
            done += length;
        }

        return bytes.Length;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var (page, inPage, length) = Place(offset + done, bytes.Length - done);
            bytes.Slice(done, length).CopyTo(WritablePage(page).AsSpan(inPage));
            done += length;
        }

        if (offset + bytes.Length > _length)
        {
            _length = offset + bytes.Length;
            _isLengthUnflushed = true;
        }
    }

    public void SetLength(long lengthBytes)
    {
        if (lengthBytes == _length)
        {
            return;
        }

        if (lengthBytes < _length)
        {
            foreach (var page in _pages.Visible.Keys.Where(page => page * PageBytes >= lengthBytes).ToList())
            {
                _pages[page] = null;
                _pages.Touch(page);
            }

            ClearAfter(lengthBytes);
        }

        _length = lengthBytes;
        _isLengthUnflushed = true;
    }

    /// <summary>Number of additional bytes of disk space that a range would need.</summary>
    public long MissingBytes(long offset, long length) =>
        PagesOf(offset, length).Count(page => !_pages.Visible.ContainsKey(page)) * (long)PageBytes;

    /// <summary>Allocates space for a range. The bytes read as zeros.</summary>
    public void Allocate(long offset, long length)
    {
        foreach (var page in PagesOf(offset, length))
        {
            _pages[page] ??= Zeros;
        }
    }

    public override void Flush()
    {
        _pages.Flush();
        if (_isLengthUnflushed)
        {
            _durableLength = _length;
            _isLengthUnflushed = false;
        }
    }

    public override void LoseFlush()
    {
        _pages.LoseFlush();
        _isLengthUnflushed = false;
    }

    /// <summary>Writes one unflushed page back, as operating systems do at any time.</summary>
    public void WriteBackSome(SeededRandom random) => _pages.FlushSome(random);

    public override void LosePower(SeededRandom? survival)
    {
        if (survival is not null)
        {
            var perMille = survival.Pick(100, 500, 900);
            _pages.KeepSome(survival, perMille);
            if (_durableLength != _length && survival.Chance(perMille))
            {
                _durableLength = _length;
            }
        }

        _length = _durableLength;
        _isLengthUnflushed = false;

        // A file system never shows old data beyond the end of a file.
        _pages.Revert(page => page * PageBytes < _length);
        ClearAfter(_length);
        _pages.Flush();
    }

    private void ClearAfter(long lengthBytes)
    {
        var inLast = (int)(lengthBytes % PageBytes);
        if (inLast > 0 && _pages.Visible.ContainsKey(lengthBytes / PageBytes))
        {
            WritablePage(lengthBytes / PageBytes).AsSpan(inLast).Clear();
        }
    }

    private byte[] WritablePage(long page)
    {
        var isShared = _pages.Touch(page);
        if (_pages[page] is { } bytes && !isShared && !ReferenceEquals(bytes, Zeros))
        {
            return bytes;
        }

        byte[] copy = [.. _pages[page] ?? Zeros];
        _pages[page] = copy;
        return copy;
    }

    private static IEnumerable<long> PagesOf(long offset, long length)
    {
        for (var page = offset / PageBytes; page * PageBytes < offset + length; page++)
        {
            yield return page;
        }
    }

    private static (long Page, int InPage, int Length) Place(long offset, int wanted)
    {
        var inPage = (int)(offset % PageBytes);
        return (offset / PageBytes, inPage, Math.Min(wanted, PageBytes - inPage));
    }
}
