namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A file's pages and length. A page that both versions share is one array, and is copied before it is
/// written.</summary>
/// <param name="id">See <see cref="DiskNode"/>.</param>
/// <param name="permissions">See <see cref="DiskNode"/>.</param>
/// <param name="path">See <see cref="DiskNode"/>.</param>
/// <param name="type">The file type in the kernel's encoding. A socket, for example, has a name but no bytes.</param>
internal sealed class FileNode(ulong id, uint permissions, string path, uint type) : DiskNode(id, permissions, path)
{
    public const int PageBytes = 4096;

    private static readonly byte[] Zeros = new byte[PageBytes];

    private readonly Dictionary<long, byte[]> _pages = [];
    private readonly Dictionary<long, byte[]> _durablePages = [];
    private readonly HashSet<long> _unflushed = [];
    private long _durableLength;
    private bool _isLengthUnflushed;

    public uint Type { get; } = type;

    public long LengthBytes { get; private set; }

    /// <summary>The disk space that the file uses.</summary>
    public long AllocatedBytes => _pages.Count * (long)PageBytes;

    public bool HasUnflushed => _unflushed.Count > 0 || _isLengthUnflushed;

    public int Read(long offset, Span<byte> bytes)
    {
        bytes = bytes[..(int)Math.Clamp(LengthBytes - offset, 0, bytes.Length)];
        for (var done = 0; done < bytes.Length;)
        {
            var (page, inPage, length) = Place(offset + done, bytes.Length - done);
            PageOf(_pages, page).AsSpan(inPage, length).CopyTo(bytes[done..]);
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

        if (offset + bytes.Length > LengthBytes)
        {
            LengthBytes = offset + bytes.Length;
            _isLengthUnflushed = true;
        }
    }

    public void SetLength(long lengthBytes)
    {
        if (lengthBytes == LengthBytes)
        {
            return;
        }

        if (lengthBytes < LengthBytes)
        {
            var kept = (lengthBytes + PageBytes - 1) / PageBytes;
            foreach (var page in _pages.Keys.Where(page => page >= kept).ToList())
            {
                _pages.Remove(page);
                _unflushed.Add(page);
            }

            var inLast = (int)(lengthBytes % PageBytes);
            if (inLast > 0 && _pages.ContainsKey(lengthBytes / PageBytes))
            {
                WritablePage(lengthBytes / PageBytes).AsSpan(inLast).Clear();
            }
        }

        LengthBytes = lengthBytes;
        _isLengthUnflushed = true;
    }

    /// <summary>Number of additional bytes of disk space that a range would need.</summary>
    public long MissingBytes(long offset, long length)
    {
        var missing = 0L;
        for (var page = offset / PageBytes; page * PageBytes < offset + length; page++)
        {
            missing += _pages.ContainsKey(page) ? 0 : PageBytes;
        }

        return missing;
    }

    /// <summary>Allocates space for a range. The bytes read as zeros.</summary>
    public void Allocate(long offset, long length)
    {
        for (var page = offset / PageBytes; page * PageBytes < offset + length; page++)
        {
            _pages.TryAdd(page, Zeros);
        }
    }

    public override void Flush()
    {
        foreach (var page in _unflushed)
        {
            MakeDurable(page);
        }

        _unflushed.Clear();
        if (_isLengthUnflushed)
        {
            _durableLength = LengthBytes;
            _isLengthUnflushed = false;
        }
    }

    public override void LoseFlush()
    {
        _unflushed.Clear();
        _isLengthUnflushed = false;
    }

    /// <summary>Writes one unflushed page back, as operating systems do at any time.</summary>
    public void WriteBackSome(SeededRandom random)
    {
        if (_unflushed.Count > 0)
        {
            var page = _unflushed.ElementAt(random.Below(_unflushed.Count));
            MakeDurable(page);
            _unflushed.Remove(page);
        }
    }

    /// <summary>The power fails.</summary>
    /// <param name="survival">Chooses which unflushed pages survive, or null if none does.</param>
    public void LosePower(SeededRandom? survival)
    {
        if (survival is not null)
        {
            KeepSome(survival);
        }

        _pages.Clear();
        foreach (var (page, bytes) in _durablePages)
        {
            if (page * PageBytes < _durableLength)
            {
                _pages.Add(page, bytes);
            }
        }

        LengthBytes = _durableLength;
        LoseFlush();
        ClearBeyondEnd();
    }

    private void KeepSome(SeededRandom survival)
    {
        var perMille = survival.Pick(100, 500, 900);
        var changed = _pages.Keys.Union(_durablePages.Keys)
            .Where(page => _pages.GetValueOrDefault(page) != _durablePages.GetValueOrDefault(page)).Order().ToList();
        foreach (var page in changed)
        {
            if (survival.Chance(perMille))
            {
                MakeDurable(page);
            }
        }

        if (_durableLength != LengthBytes && survival.Chance(perMille))
        {
            _durableLength = LengthBytes;
        }
    }

    private void MakeDurable(long page)
    {
        if (_pages.TryGetValue(page, out var bytes))
        {
            _durablePages[page] = bytes;
        }
        else
        {
            _durablePages.Remove(page);
        }
    }

    /// <summary>A file system never shows old data beyond the end of a file.</summary>
    private void ClearBeyondEnd()
    {
        var inLast = (int)(LengthBytes % PageBytes);
        var last = LengthBytes / PageBytes;
        if (inLast > 0 && _pages.ContainsKey(last))
        {
            WritablePage(last).AsSpan(inLast).Clear();
            _unflushed.Clear();
            MakeDurable(last);
        }

        foreach (var page in _durablePages.Keys.Where(page => page * PageBytes >= LengthBytes).ToList())
        {
            _durablePages.Remove(page);
        }
    }

    private byte[] WritablePage(long page)
    {
        if (_unflushed.Add(page) || !_pages.TryGetValue(page, out var bytes) || ReferenceEquals(bytes, Zeros))
        {
            bytes = PageOf(_pages, page).ToArray();
            _pages[page] = bytes;
        }

        return bytes;
    }

    private static byte[] PageOf(Dictionary<long, byte[]> pages, long page) => pages.GetValueOrDefault(page) ?? Zeros;

    private static (long Page, int InPage, int Length) Place(long offset, int wanted)
    {
        var inPage = (int)(offset % PageBytes);
        return (offset / PageBytes, inPage, Math.Min(wanted, PageBytes - inPage));
    }
}
