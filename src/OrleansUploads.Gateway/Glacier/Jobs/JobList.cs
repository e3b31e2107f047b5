using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Which jobs a list includes.</summary>
/// <param name="Finished">True for finished jobs only, false for unfinished jobs only, null for both.</param>
/// <param name="MatchesNone">Whether no job can match: the filter is for failed jobs, or it contradicts itself.</param>
internal readonly record struct JobFilter(bool? Finished, bool MatchesNone)
{
    /// <summary>Reads <c>statuscode</c> and <c>completed</c>. A job must match both.</summary>
    public static JobFilter Read(QueryParameters query)
    {
        var status = query.FirstValue("statuscode");
        if (status is not (null or JobDocument.InProgress or JobDocument.Succeeded or JobDocument.Failed))
        {
            throw GlacierError.Invalid(
                $"The job status code is not valid: {status}. It must be InProgress, Succeeded or Failed.").AsException();
        }

        var completed = query.FirstValue("completed");
        if (completed is not (null or "true" or "false"))
        {
            throw GlacierError.Invalid($"Invalid completed: {completed}. It must be true or false.").AsException();
        }

        bool? byStatus = status is null ? null : status != JobDocument.InProgress;
        bool? byCompletion = completed is null ? null : completed == "true";
        var contradicts = byStatus is { } left && byCompletion is { } right && left != right;
        return new JobFilter(byStatus ?? byCompletion, status == JobDocument.Failed || contradicts);
    }
}

/// <summary>The marker of a list of jobs: the position of the last job of a page. It stays valid when that job expires. 16 hex
/// digits for the time in ticks, then the job's ID.</summary>
internal static class JobMarker
{
    private const int TimeChars = 16;

    /// <summary>Formats a position.</summary>
    public static string Format(JobCursor cursor) =>
        cursor.CreatedAt.UtcTicks.ToString("x16", CultureInfo.InvariantCulture) + cursor.Job;

    /// <summary>Parses the result of <see cref="Format"/>.</summary>
    public static bool TryParse(string text, out JobCursor cursor)
    {
        cursor = default;
        if (text.Length <= TimeChars
            || !long.TryParse(
                text.AsSpan(0, TimeChars), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
            || ticks < DateTime.MinValue.Ticks
            || ticks > DateTime.MaxValue.Ticks
            || !JobId.TryParse(text[TimeChars..], out var job))
        {
            return false;
        }

        cursor = new JobCursor(new DateTimeOffset(ticks, TimeSpan.Zero), job);
        return true;
    }
}
