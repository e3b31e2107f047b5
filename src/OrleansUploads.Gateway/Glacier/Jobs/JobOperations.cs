using System.Diagnostics;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>DescribeJob, ListJobs, GetJobOutput.</summary>
internal sealed class JobOperations(
    IEntityHost host, ArchiveReader archives, InventoryWriter inventories, TimeProvider time)
{
    /// <summary>Describes a job.</summary>
    public async ValueTask<GlacierAnswer> DescribeAsync(GlacierCall call)
    {
        if (!JobId.TryParse(call.Id, out var id))
        {
            return GlacierError.JobNotFound(call.Id);
        }

        var found = await host.AskAsync(call.Incarnation.Jobs, new FindJob(id), call.Aborted);
        return found.TryGet(out var job, out var refusal)
            ? new DocumentAnswer<JobDocument>(
                JobDocument.From(job, call.Vault, call.Region, time.GetUtcNow()), JobJson.Documents.JobDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Lists jobs by time of initiation.</summary>
    public async ValueTask<GlacierAnswer> ListAsync(GlacierCall call)
    {
        if (!PageRequest.TryRead(call.Query, PageRequest.MaxItems, out var page, out var error)
            || !JobFilter.TryRead(call.Query, out var filter, out error))
        {
            return error;
        }

        JobCursor? after = null;
        if (page.Marker is not null)
        {
            if (!JobMarker.TryParse(page.Marker, out var cursor))
            {
                return PageRequest.InvalidMarker(page.Marker);
            }

            after = cursor;
        }

        if (filter.MatchesNone)
        {
            return Answer(new JobListDocument([], null));
        }

        var command = new ListJobs(after, page.Limit, filter.Finished);
        var listed = await host.AskAsync(call.Incarnation.Jobs, command, call.Aborted);
        return listed.TryGet(out var jobs, out var refusal) ? Answer(DocumentOf(call, jobs)) : call.Refuse(refusal);
    }

    /// <summary>Returns the output of a finished job, or a range of it.</summary>
    public async ValueTask<GlacierAnswer> GetOutputAsync(GlacierCall call)
    {
        if (!JobId.TryParse(call.Id, out var id))
        {
            return GlacierError.JobNotFound(call.Id);
        }

        var found = await host.AskAsync(call.Incarnation.Jobs, new FindFinishedJob(id), call.Aborted);
        if (!found.TryGet(out var job, out var refusal))
        {
            return call.Refuse(refusal);
        }

        return job switch
        {
            RetrievalJob retrieval => await GetArchiveAsync(call, retrieval),
            InventoryJob inventory => GetInventory(call, inventory),
            _ => throw new UnreachableException($"A {job.GetType().Name} has no output."),
        };
    }

    private async ValueTask<GlacierAnswer> GetArchiveAsync(GlacierCall call, RetrievalJob job)
    {
        if (!OutputRange.TryRead(call.Header(GlacierHeaders.Range), job.Range.LengthBytes, out var output, out var error))
        {
            return error;
        }

        var manifest = await archives.ReadManifestAsync(job.Archive.Upload, call.Aborted);
        var range = new PartRange(
            job.Range.FirstByte + output.Range.FirstByte, job.Range.FirstByte + output.Range.LastByte);

        // Both the job's range and the range of this response must be tree-hash aligned.
        var treeHash = job.RangeTreeHash is null
            ? null
            : await archives.RangeTreeHashAsync(manifest, range, call.Aborted);
        return new ArchiveOutputAnswer(archives, manifest, job, output, range, treeHash);
    }

    private GlacierAnswer GetInventory(GlacierCall call, InventoryJob job) =>
        OutputRange.TryRead(call.Header(GlacierHeaders.Range), job.Output.SizeBytes, out var output, out var error)
            ? new InventoryOutputAnswer(inventories, job, output)
            : error;

    private static JobListDocument DocumentOf(GlacierCall call, JobsPage page)
    {
        var documents = new List<JobDocument>(page.Jobs.Count);
        foreach (var job in page.Jobs)
        {
            documents.Add(JobDocument.From(job, call.Vault, call.Region, page.AsOf));
        }

        return new JobListDocument(documents, page.HasMore ? JobMarker.Format(page.Jobs[^1].Cursor) : null);
    }

    private static DocumentAnswer<JobListDocument> Answer(JobListDocument document) =>
        new(document, JobJson.Documents.JobListDocument);
}
