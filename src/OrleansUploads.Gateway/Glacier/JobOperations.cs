using System.Diagnostics;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>DescribeJob, ListJobs, GetJobOutput.</summary>
internal static class JobOperations
{
    public static async ValueTask<FrontAnswer> DescribeAsync(GlacierCall call)
    {
        var job = await call.AskAsync(call.Incarnation.Jobs, new FindJob(IdOf(call)));
        return GlacierJson.Answer(JobDocument.From(job, call.Vault, call.Region, call.Services.Time.GetUtcNow()));
    }

    /// <summary>Lists jobs by the time of their initiation.</summary>
    public static async ValueTask<FrontAnswer> ListAsync(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxItems);
        var filter = JobFilter.Read(call.Query);
        JobCursor? after = page.Marker is not { } marker ? null
            : JobMarker.TryParse(marker, out var cursor) ? cursor
            : throw PageRequest.InvalidMarker(marker);
        if (filter.MatchesNone)
        {
            return GlacierJson.Answer(new JobListDocument([], null));
        }

        var jobs = await call.AskAsync(call.Incarnation.Jobs, new ListJobs(after, page.Limit, filter.Finished));
        return GlacierJson.Answer(new JobListDocument(
            [.. jobs.Jobs.Select(job => JobDocument.From(job, call.Vault, call.Region, jobs.AsOf))],
            jobs.HasMore ? JobMarker.Format(jobs.Jobs[^1].Cursor) : null));
    }

    /// <summary>Returns the output of a finished job, or a range of it.</summary>
    public static async ValueTask<FrontAnswer> GetOutputAsync(GlacierCall call)
    {
        var job = await call.AskAsync(call.Incarnation.Jobs, new FindFinishedJob(IdOf(call)));
        return job switch
        {
            RetrievalJob retrieval => await GetArchiveAsync(call, retrieval),
            InventoryJob inventory => GetInventory(call, inventory),
            _ => throw new UnreachableException($"A {job.GetType().Name} has no output."),
        };
    }

    private static async ValueTask<FrontAnswer> GetArchiveAsync(GlacierCall call, RetrievalJob job)
    {
        var archives = call.Paths.Archives;
        var output = OutputRange.Read(call.Header(GlacierHeaders.Range), job.Range.LengthBytes);
        if (await call.Paths.Manifests.FindAsync(call.Incarnation, job.Archive.Upload, call.Aborted) is not { } manifest)
        {
            // A client may have freed the bytes with the deletion, without waiting for the job.
            var shard = call.Incarnation.ArchiveShard(job.Archive.Archive);
            throw (await call.TryAskAsync(shard, new FindDeletedArchive(job.Archive.Archive))).Refusal is null
                ? GlacierError.NotFound($"The output of the job {job.Job} is gone: its archive was deleted, and its bytes were freed at once.")
                : new AttemptDamagedException($"The manifest of upload {job.Archive.Upload} is missing from the part store.");
        }

        var range = new PartRange(
            job.Range.FirstByte + output.Range.FirstByte, job.Range.FirstByte + output.Range.LastByte);

        // Both the job's range and the range of this response must be tree-hash aligned.
        var treeHash = job.RangeTreeHash is null ? null : await archives.RangeTreeHashAsync(manifest, range, call.Aborted);
        return output.Answer(
            (body, cancellationToken) => archives.CopyAsync(manifest, range, body, cancellationToken),
            "application/octet-stream",
            (GlacierHeaders.TreeHash, treeHash?.ToString()),
            (GlacierHeaders.ArchiveDescription, job.Archive.Description.OrNull));
    }

    private static FrontAnswer GetInventory(GlacierCall call, InventoryJob job)
    {
        var output = OutputRange.Read(call.Header(GlacierHeaders.Range), job.Output.SizeBytes);
        return output.Answer(
            (body, cancellationToken) => call.Inventories.CopyAsync(job, output.Range, body, cancellationToken),
            InventoryFormatter.ContentTypeOf(job.Format));
    }

    private static JobId IdOf(GlacierCall call) =>
        JobId.TryParse(call.Id, out var id) ? id : throw GlacierError.JobNotFound(call.Id);
}

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
                $"The job status code is not valid: {status}. It must be InProgress, Succeeded or Failed.");
        }

        var completed = query.FirstValue("completed");
        if (completed is not (null or "true" or "false"))
        {
            throw GlacierError.Invalid($"Invalid completed: {completed}. It must be true or false.");
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

    public static string Format(JobCursor cursor) =>
        cursor.CreatedAt.UtcTicks.ToString("x16", CultureInfo.InvariantCulture) + cursor.Job;

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

/// <summary>The requested bytes of a job's output.</summary>
/// <param name="Range">Counted from the start of the output; within it.</param>
/// <param name="OutputBytes">Of the whole output.</param>
/// <param name="IsPartial">Whether the request has a Range header, so that the status is 206.</param>
internal readonly record struct OutputRange(PartRange Range, long OutputBytes, bool IsPartial)
{
    public FrontAnswer Answer(
        Func<Stream, CancellationToken, ValueTask> copy, string contentType, params IEnumerable<(string Name, string? Value)> headers) =>
        new StoredAnswer(
            IsPartial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK,
            Range.LengthBytes,
            copy,
            [
                ("Content-Type", contentType),
                ("Accept-Ranges", "bytes"),
                ("Content-Range", IsPartial ? $"bytes {Range}/{OutputBytes}" : null),
                .. headers,
            ]);

    /// <summary>Reads a <c>Range</c> header. As RFC 9110 says, one that is malformed or has several ranges is ignored.</summary>
    /// <exception cref="GlacierError">The range begins after the end of the output.</exception>
    public static OutputRange Read(string? header, long outputBytes) =>
        !RequestedRange.TryRead(header, outputBytes, out var range)
            ? throw GlacierError.Invalid(
                $"The start of the range is larger than size of retrieved data: {header}. The job's output has {outputBytes} bytes.")
        : range is { } some
            ? new OutputRange(new PartRange(some.First, some.First + some.LengthBytes - 1), outputBytes, IsPartial: true)
            : new OutputRange(new PartRange(0, outputBytes - 1), outputBytes, IsPartial: false);
}
