using OrleansUploads.Core.Settings;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>A server on which every job takes an hour.</summary>
public sealed class SlowJobsFixture : GatewayFixture
{
    public static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    protected override GatewaySetup Setup => new() { Retrievals = RetrievalPolicy.After(Delay) };
}

[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class JobTests(SlowJobsFixture gateway) : IClassFixture<SlowJobsFixture>
{
    [Fact]
    public async Task A_job_is_described_with_every_documented_key()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(100));
        var initiated = (await gateway.SendAsync(InitiateJob(
            vault,
            $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","Description":"why","SNSTopic":"arn:x","Tier":"Bulk"}""")))
            .Expect(202);
        var job = initiated.Header("x-amz-job-id")!;
        Assert.Equal(92, job.Length);
        Assert.Equal($"/111122223333/vaults/{vault}/jobs/{job}", initiated.Header("Location"));

        var expected = Description(vault, job, "ArchiveRetrieval");
        expected["ArchiveId"] = archive;
        expected["ArchiveSHA256TreeHash"] = expected["SHA256TreeHash"] = TreeHashOf(Bytes(100));
        expected["ArchiveSizeInBytes"] = 100;
        expected["RetrievalByteRange"] = "0-99";
        expected["Tier"] = "Bulk";
        await AssertDescribedAsync(vault, job, expected);

        gateway.Clock.Advance(SlowJobsFixture.Delay);
        await AssertDescribedAsync(vault, job, Finished(expected));
    }

    [Fact]
    public async Task An_inventory_job_is_described_with_every_documented_key()
    {
        var vault = await gateway.NewVaultAsync();
        await gateway.NewArchiveAsync(vault, Bytes(1));
        var last = await gateway.NewArchiveAsync(vault, Bytes(2));
        var job = await gateway.NewJobAsync(InitiateJob(vault, $$"""
            {
                "Type":"inventory-retrieval","Format":"CSV","Description":"why","SNSTopic":"arn:x","Tier":null,
                "InventoryRetrievalParameters":
                    {"StartDate":"2013-03-20T17:03:43Z","EndDate":"2099-01-01T00:00:00.000Z","Limit":"7","Marker":"{{last}}"}
            }
            """));
        var expected = Description(vault, job, "InventoryRetrieval");
        expected["InventoryRetrievalParameters"] = Parameters(last);
        await AssertDescribedAsync(vault, job, expected);
        (await gateway.SendAsync(GetOutput(vault, job))).ExpectInvalid(
            $"The job is not currently available for download: {job}");

        gateway.Clock.Advance(SlowJobsFixture.Delay);
        expected["InventoryRetrievalParameters"] = Parameters(null);
        expected["InventorySizeInBytes"] = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200).Body.Length;
        await AssertDescribedAsync(vault, job, Finished(expected));
        var listed = (await gateway.SendAsync(ListJobs(vault))).Expect(200).Json.GetProperty("JobList");
        Assert.Equal("InventoryRetrieval", Assert.Single(listed.EnumerateArray()).GetProperty("Action").GetString());

        static object Parameters(string? marker) => new
        {
            EndDate = "2099-01-01T00:00:00.000Z",
            Format = "CSV",
            Limit = "7",
            Marker = marker,
            StartDate = "2013-03-20T17:03:43.000Z",
        };
    }

    [Fact]
    public async Task Output_is_available_from_the_end_of_the_job_for_24_hours()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(100));
        var job = await gateway.NewJobAsync(Retrieve(vault, archive));
        gateway.Clock.Advance(SlowJobsFixture.Delay - TimeSpan.FromMilliseconds(1));
        (await gateway.SendAsync(GetOutput(vault, job))).ExpectInvalid(
            $"The job is not currently available for download: {job}");
        gateway.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await gateway.SendAsync(GetOutput(vault, job))).Expect(200);
        gateway.Clock.Advance(TimeSpan.FromHours(24));
        (await gateway.SendAsync(GetOutput(vault, job))).ExpectNotFound($"The job ID was not found: {job}");
    }

    [Fact]
    public async Task Jobs_can_be_filtered_by_status()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(1));
        await gateway.NewJobAsync(Retrieve(vault, archive));
        await gateway.NewJobAsync(Retrieve(vault, archive));
        gateway.Clock.Advance(SlowJobsFixture.Delay);
        await gateway.NewJobAsync(Retrieve(vault, archive));
        foreach (var (query, count) in new[]
        {
            ("", 3),
            ("?completed=true", 2),
            ("?completed=false", 1),
            ("?statuscode=InProgress", 1),
            ("?statuscode=Succeeded", 2),
            ("?statuscode=Failed", 0),
            ("?statuscode=Succeeded&completed=true", 2),
            ("?statuscode=Succeeded&completed=false", 0),
            ("?statuscode=Failed&completed=true", 0),
        })
        {
            var page = (await gateway.SendAsync(ListJobs(vault, query))).Expect(200).Json;
            Assert.Equal((query, count), (query, page.GetProperty("JobList").GetArrayLength()));
            Assert.Equal(JsonValueKind.Null, page.GetProperty("Marker").ValueKind);
        }
    }

    [Fact]
    public async Task Jobs_are_listed_in_pages_in_the_order_of_their_initiation()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(1));
        var initiated = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            initiated.Add(await gateway.NewJobAsync(Retrieve(vault, archive)));
            gateway.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var listed = new List<string>();
        var marker = "";
        do
        {
            var page = (await gateway.SendAsync(ListJobs(vault, $"?limit=2&marker={marker}"))).Expect(200).Json;
            listed.AddRange(page.GetProperty("JobList").EnumerateArray().Select(job => job.GetProperty("JobId").GetString()!));
            marker = page.GetProperty("Marker").GetString();
        }
        while (marker is not null);

        Assert.Equal(initiated, listed);
    }

    [Fact]
    public async Task A_job_of_another_vault_is_not_found()
    {
        var vault = await gateway.NewVaultAsync();
        var other = await gateway.NewVaultAsync();
        var job = await gateway.NewJobAsync(Retrieve(vault, await gateway.NewArchiveAsync(vault, Bytes(1))));
        (await gateway.SendAsync(DescribeJob(other, job))).ExpectNotFound($"The job ID was not found: {job}");
        (await gateway.SendAsync(GetOutput(other, job))).ExpectNotFound($"The job ID was not found: {job}");
    }

    /// <summary>The description of a job in progress. The keys that only one kind of job has are null.</summary>
    private Dictionary<string, object?> Description(string vault, string job, string action)
    {
        string[] ofOneKind =
        [
            "ArchiveId", "ArchiveSHA256TreeHash", "ArchiveSizeInBytes", "CompletionDate", "InventoryRetrievalParameters",
            "InventorySizeInBytes", "JobOutputPath", "OutputLocation", "RetrievalByteRange", "SelectParameters", "SHA256TreeHash", "Tier",
        ];
        return new Dictionary<string, object?>(ofOneKind.Select(key => KeyValuePair.Create(key, (object?)null)))
        {
            ["Action"] = action,
            ["Completed"] = false,
            ["CreationDate"] = Date(gateway.Clock.Now),
            ["JobDescription"] = "why",
            ["JobId"] = job,
            ["SNSTopic"] = "arn:x",
            ["StatusCode"] = "InProgress",
            ["StatusMessage"] = "Operation in progress.",
            ["VaultARN"] = $"arn:aws:glacier:us-east-1:111122223333:vaults/{vault}",
        };
    }

    private Dictionary<string, object?> Finished(Dictionary<string, object?> job) => new(job)
    {
        ["Completed"] = true,
        ["CompletionDate"] = Date(gateway.Clock.Now),
        ["StatusCode"] = "Succeeded",
        ["StatusMessage"] = "Succeeded",
    };

    private async Task AssertDescribedAsync(string vault, string job, Dictionary<string, object?> expected)
    {
        var described = (await gateway.SendAsync(DescribeJob(vault, job))).Expect(200).Json;
        Assert.Equal(
            expected.OrderBy(field => field.Key, StringComparer.Ordinal)
                .Select(field => $"{field.Key}={JsonSerializer.Serialize(field.Value)}"),
            described.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal)
                .Select(field => $"{field.Name}={field.Value.GetRawText()}"));
    }

    private static string Date(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
