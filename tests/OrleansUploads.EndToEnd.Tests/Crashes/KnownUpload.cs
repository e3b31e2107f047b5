namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>How far an upload is, as its client knows. The stages that end in -ing are those of a request that was sent
/// and not answered.</summary>
internal enum UploadStage
{
    Open,
    Completing,
    Completed,
    Aborting,
    Aborted,
}

/// <summary>What its client knows of an upload in parts.</summary>
internal sealed class KnownUpload(string id, IReadOnlyList<KnownPart> parts)
{
    public string Id { get; } = id;

    /// <summary>One for each slot, sent or not.</summary>
    public IReadOnlyList<KnownPart> Parts { get; } = parts;

    public UploadStage Stage { get; set; }

    /// <summary>Known since the completion was sent; its ID since it was answered.</summary>
    public KnownArchive? Archive { get; set; }

    public bool CanComplete => Stage == UploadStage.Open && Parts.All(part => part is { Acknowledged: not null });

    public override string ToString() => $"upload {Id} ({Stage})";
}

/// <summary>What its client knows of one part of an upload.</summary>
internal sealed class KnownPart(long start, int lengthBytes)
{
    public long Start { get; } = start;

    public int LengthBytes { get; } = lengthBytes;

    /// <summary>What the server said it has; null before the first time.</summary>
    public Content? Acknowledged { get; set; }

    /// <summary>What was sent since and not answered.</summary>
    public Content? Unanswered { get; set; }

    public override string ToString() => $"part at {Start}";
}
