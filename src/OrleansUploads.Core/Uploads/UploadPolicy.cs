using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Uploads;

/// <summary>How long uploads and their records live.</summary>
public sealed record UploadPolicy
{
    /// <summary>Default of <see cref="StaleAfter"/>.</summary>
    public static readonly TimeSpan DefaultStaleAfter = TimeSpan.FromDays(7);

    /// <summary>Default of <see cref="RecordLife"/>.</summary>
    public static readonly TimeSpan DefaultRecordLife = TimeSpan.FromDays(7);

    /// <summary>Shortest <see cref="StaleAfter"/> that the protocol allows: an idle upload's ID stays good for a day.</summary>
    public static readonly TimeSpan MinStaleAfter = TimeSpan.FromHours(24);

    /// <summary>An open upload that nobody has touched for this long is reclaimed.</summary>
    public TimeSpan StaleAfter { get; init; } = DefaultStaleAfter;

    /// <summary>How long an ended upload, or a completed one whose archive was deleted, still answers repetitions.</summary>
    public TimeSpan RecordLife { get; init; } = DefaultRecordLife;

    /// <summary>How long the bytes of a deleted archive stay, for the output of jobs that had finished before.</summary>
    public TimeSpan DeletedArchiveGrace { get; init; } = GraceFor(new RetrievalPolicy());

    /// <summary>A <see cref="DeletedArchiveGrace"/> that lets every job that began before the deletion put out its bytes.</summary>
    /// <param name="retrievals">How long retrievals take.</param>
    public static TimeSpan GraceFor(RetrievalPolicy retrievals) =>
        retrievals.LongestDelay + Limits.JobOutputLife + TimeSpan.FromHours(1);
}
