using System.Net;
using System.Text.Json;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Retrievals of archives and inventories.</summary>
internal static class JobScenarios
{
    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } = new Dictionary<string, Scenario>
    {
        [nameof(IAmazonGlacier.InitiateJobAsync)] = InitiateJobAsync,
        [nameof(IAmazonGlacier.DescribeJobAsync)] = DescribeJobAsync,
        [nameof(IAmazonGlacier.ListJobsAsync)] = ListJobsAsync,
        [nameof(IAmazonGlacier.GetJobOutputAsync)] = GetJobOutputAsync,
    };

    private static async Task InitiateJobAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1, 2, 3], "three bytes");
        var initiated = await glacier.InitiateJobAsync(new InitiateJobRequest
        {
            VaultName = vault,
            JobParameters = new JobParameters
            {
                Type = "inventory-retrieval",
                Format = "JSON",
                InventoryRetrievalParameters = new InventoryRetrievalJobInput { Limit = "10" },
            },
        });
        Assert.Equal(HttpStatusCode.Accepted, initiated.HttpStatusCode);
        Assert.EndsWith($"/vaults/{vault}/jobs/{initiated.JobId}", initiated.Location, StringComparison.Ordinal);

        using var output = await glacier.GetJobOutputAsync(new GetJobOutputRequest { VaultName = vault, JobId = initiated.JobId });
        using var inventory = await JsonDocument.ParseAsync(output.Body);
        var listed = Assert.Single(inventory.RootElement.GetProperty("ArchiveList").EnumerateArray());
        Assert.Equal(archive, listed.GetProperty("ArchiveId").GetString());
        Assert.Equal("three bytes", listed.GetProperty("ArchiveDescription").GetString());
        Assert.Equal(3, listed.GetProperty("Size").GetInt64());
    }

    private static async Task DescribeJobAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1, 2, 3]);
        var initiated = await glacier.InitiateJobAsync(new InitiateJobRequest
        {
            VaultName = vault,
            JobParameters = new JobParameters
            {
                Type = "archive-retrieval",
                ArchiveId = archive,
                Description = "back again",
                Tier = "Bulk",
                SNSTopic = "arn:aws:sns:us-east-1:000000000001:ready",
            },
        });

        var job = await glacier.DescribeJobAsync(new DescribeJobRequest { VaultName = vault, JobId = initiated.JobId });

        Assert.Equal(initiated.JobId, job.JobId);
        Assert.Equal(ActionCode.ArchiveRetrieval, job.Action);
        Assert.Equal(StatusCode.Succeeded, job.StatusCode);
        Assert.True(job.Completed);
        Assert.Equal(archive, job.ArchiveId);
        Assert.Equal(3L, job.ArchiveSizeInBytes);
        Assert.Equal(VaultContents.TreeHash([1, 2, 3]), job.SHA256TreeHash);
        Assert.Equal("0-2", job.RetrievalByteRange);
        Assert.Equal("back again", job.JobDescription);
        Assert.Equal("Bulk", job.Tier);
        Assert.Equal("arn:aws:sns:us-east-1:000000000001:ready", job.SNSTopic);
        Assert.True(job.CompletionDate >= job.CreationDate, $"{job.CreationDate} {job.CompletionDate}");
    }

    private static async Task ListJobsAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1]);
        HashSet<string> initiated = [await glacier.RetrieveAsync(vault, archive), await glacier.RetrieveAsync(vault, archive)];
        List<GlacierJobDescription> listed = [];
        string? marker = null;
        do
        {
            var page = await glacier.ListJobsAsync(
                new ListJobsRequest { VaultName = vault, Limit = 1, Marker = marker, Completed = true, Statuscode = "Succeeded" });
            listed.Add(Assert.Single(page.JobList));
            marker = page.Marker;
        }
        while (!string.IsNullOrEmpty(marker));

        Assert.Equal(initiated, listed.Select(job => job.JobId).ToHashSet());
        Assert.All(listed, job => Assert.Equal(archive, job.ArchiveId));
        var unfinished = await glacier.ListJobsAsync(new ListJobsRequest { VaultName = vault, Completed = false });
        Assert.Empty(unfinished.JobList);
    }

    private static async Task GetJobOutputAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = VaultContents.Bytes((3 * VaultContents.MiB) + 7);
        var job = await glacier.RetrieveAsync(vault, await glacier.UploadAsync(vault, archive, "in two reads"));

        using var whole = await glacier.GetJobOutputAsync(new GetJobOutputRequest { VaultName = vault, JobId = job });
        Assert.Equal(200, whole.Status);
        Assert.Equal(VaultContents.TreeHash(archive), whole.Checksum);
        Assert.Equal("in two reads", whole.ArchiveDescription);
        Assert.Equal("bytes", whole.AcceptRanges);
        Assert.Equal(archive.Length, whole.ContentLength);
        Assert.Equal(archive, await BytesAsync(whole.Body));

        var request = new GetJobOutputRequest { VaultName = vault, JobId = job };
        request.SetRange(VaultContents.MiB, (2 * VaultContents.MiB) - 1);
        using var part = await glacier.GetJobOutputAsync(request);
        Assert.Equal(206, part.Status);
        Assert.Equal($"bytes 1048576-2097151/{archive.Length}", part.ContentRange);
        var expected = archive[VaultContents.MiB..(2 * VaultContents.MiB)];
        Assert.Equal(VaultContents.TreeHash(expected), part.Checksum);
        Assert.Equal(expected, await BytesAsync(part.Body));
    }

    private static async Task<byte[]> BytesAsync(Stream body)
    {
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
