namespace OrleansUploads.Simulation.World;

/// <summary>The disk that all processes' part stores write to.</summary>
internal sealed class SimulatedPartStore
{
    public SortedDictionary<string, StoredUpload> Uploads { get; } = new(StringComparer.Ordinal);

    public bool IsFull { get; set; }

    /// <summary>Whether a second write of a granted name replaces the first one. This is a planted bug.</summary>
    public bool Replaces { get; init; }

    public StoredUpload? Find(UploadId upload) => Uploads.GetValueOrDefault(upload.ToString());

    public StoredUpload FindOrAdd(UploadId upload)
    {
        if (!Uploads.TryGetValue(upload.ToString(), out var stored))
        {
            Uploads.Add(upload.ToString(), stored = new StoredUpload(upload));
        }

        return stored;
    }

    /// <summary>The content of the disk, as an observer outside the host sees it.</summary>
    public IReadOnlyList<FoundUpload> Contents() => [.. Uploads.Values.Select(stored => new FoundUpload(
        stored.Upload,
        stored.Manifest is not null,
        [.. stored.Attempts.Values.Select(attempt => new FoundAttempt(attempt.IsCommitted, attempt.LengthBytes, attempt.Bytes)
        {
            Leaf = attempt.Leaves is [var leaf] ? leaf : null,
        })]))];

    public void Remove(UploadId upload, AttemptId attempt)
    {
        if (Find(upload) is { } stored && stored.Attempts.Remove(attempt))
        {
            RemoveIfEmpty(stored);
        }
    }

    public void RemoveIfEmpty(StoredUpload stored)
    {
        if (stored.Attempts.Count == 0 && stored.Manifest is null)
        {
            Uploads.Remove(stored.Upload.ToString());
        }
    }
}

internal sealed class StoredUpload(UploadId upload)
{
    public UploadId Upload { get; } = upload;

    public SortedDictionary<AttemptId, StoredAttempt> Attempts { get; } = [];

    public byte[]? Manifest { get; set; }
}

/// <param name="owner">The process that writes the attempt, or null if a node has written it.</param>
/// <param name="lengthBytes">Its length.</param>
internal sealed class StoredAttempt(SimulatedProcess? owner, long lengthBytes)
{
    private byte[] _bytes = [];
    private long _length;

    public SimulatedProcess? Owner { get; } = owner;

    public long LengthBytes { get; } = lengthBytes;

    public bool IsCommitted { get; set; }

    public IReadOnlyList<Sha256Digest> Leaves { get; set; } = [];

    /// <summary>What a node has written, or null.</summary>
    public NodeBody? Body { get; private init; }

    public static StoredAttempt Of(NodeBody body)
    {
        var stored = new StoredAttempt(owner: null, body.Bytes.LengthBytes) { IsCommitted = true, Leaves = [body.Leaf], Body = body };
        stored.WriteShared(body.Bytes.Whole);
        return stored;
    }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, (int)_length);

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, (int)_length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length == 0)
        {
            _bytes = new byte[LengthBytes];
        }

        bytes.CopyTo(_bytes.AsSpan((int)_length));
        _length += bytes.Length;
    }

    public void WriteShared(byte[] block)
    {
        _bytes = block;
        _length = LengthBytes;
    }
}
