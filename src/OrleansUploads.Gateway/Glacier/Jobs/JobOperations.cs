using System.Diagnostics;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>DescribeJob, ListJobs, GetJobOutput.</summary>
internal sealed class JobOperations(
    IEntityHost host, ArchiveReader archives, InventoryWriter inventories, TimeProvider time)
{
    /// <summary>Describes a job.</summary>
    public async ValueTask<FrontAnswer> DescribeAsync(GlacierCall call)
    {
        var job = await call.AskAsync(host, call.Incarnation.Jobs, new FindJob(IdOf(call)));
        return new DocumentAnswer<JobDocument>(
            JobDocument.From(job, call.Vault, call.Region, time.GetUtcNow()), JobJson.Documents.JobDocument);
    }

    /// <summary>Lists jobs by time of initiation.</summary>
    public async ValueTask<FrontAnswer> ListAsync(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxItems);
        var filter = JobFilter.Read(call.Query);
        JobCursor? after = page.Marker is not { } marker ? null
            : JobMarker.TryParse(marker, out var cursor) ? cursor
            : throw PageRequest.InvalidMarker(marker);
        if (filter.MatchesNone)
        {
            return Answer(new JobListDocument([], null));
        }

        var jobs = await call.AskAsync(host, call.Incarnation.Jobs, new ListJobs(after, page.Limit, filter.Finished));
        return Answer(DocumentOf(call, jobs));
    }

    /// <summary>Returns the output of a finished job, or a range of it.</summary>
    public async ValueTask<FrontAnswer> GetOutputAsync(GlacierCall call)
    {
        var job = await call.AskAsync(host, call.Incarnation.Jobs, new FindFinishedJob(IdOf(call)));
        return job switch
        {
            RetrievalJob retrieval => await GetArchiveAsync(call, retrieval),
            InventoryJob inventory => GetInventory(call, inventory),
            _ => throw new UnreachableException($"A {job.GetType().Name} has no output."),
        };
    }

    private async ValueTask<FrontAnswer> GetArchiveAsync(GlacierCall call, RetrievalJob job)
    {
        var output = OutputRange.Read(call.Header(GlacierHeaders.Range), job.Range.LengthBytes);
        var manifest = await archives.ReadManifestAsync(job.Archive.Upload, call.Aborted);
        var range = new PartRange(
            job.Range.FirstByte + output.Range.FirstByte, job.Range.FirstByte + output.Range.LastByte);

        // Both the job's range and the range of this response must be tree-hash aligned.
        var treeHash = job.RangeTreeHash is null
            ? null
            : await archives.RangeTreeHashAsync(manifest, range, call.Aborted);
        return new ArchiveOutputAnswer(archives, manifest, job, output, range, treeHash);
    }

    private InventoryOutputAnswer GetInventory(GlacierCall call, InventoryJob job) =>
        new(inventories, job, OutputRange.Read(call.Header(GlacierHeaders.Range), job.Output.SizeBytes));

    private static JobId IdOf(GlacierCall call) =>
        JobId.TryParse(call.Id, out var id) ? id : throw GlacierError.JobNotFound(call.Id).AsException();

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
