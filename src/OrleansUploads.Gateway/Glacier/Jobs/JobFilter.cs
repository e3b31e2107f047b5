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
