using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;
using OrleansUploads.TestKit.PartStores;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Answers when the disk or the journal fails.</summary>
public sealed class FaultTests : GatewayFixture
{
    private const string Vault = "v";

    private readonly PartStorePlan _plan = new();
    private JournalFault _journalFault = JournalFault.None;

    protected override GatewaySetup Setup => new()
    {
        Parts = new FaultyPartStore(new MemoryPartStore(), _plan),
        Journal = new FaultyJournal(
            new MemoryJournal(),
            call => call.Operation == JournalOperation.Append ? _journalFault : JournalFault.None),
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (await SendAsync(CreateVault(Vault))).Expect(201);
    }

    [Theory]
    [InlineData(PartStoreCall.Create)]
    [InlineData(PartStoreCall.Write)]
    public async Task A_full_disk_is_reported_and_later_uploads_succeed(PartStoreCall call)
    {
        _plan.At(call, 1, PartStoreFault.Full);
        (await SendAsync(UploadArchive(Vault, Bytes(7)))).ExpectUnavailable("The disk of the server is full");
        (await SendAsync(UploadArchive(Vault, Bytes(7)))).Expect(201);
        var described = (await SendAsync(DescribeVault(Vault))).Json;
        Assert.Equal(1, described.GetProperty("NumberOfArchives").GetInt64());
    }

    [Fact]
    [Promise("cluster.md", "the database is down")]
    public async Task An_outage_is_logged_in_a_few_single_lines()
    {
        _journalFault = JournalFault.FailBefore;
        ApiAnswer answer = null!;
        for (var request = 0; request < 50; request++)
        {
            answer = await SendAsync(CreateVault($"v{request}"));
            answer.Expect(500);
        }

        var lines = await Server.Log.ReadThroughAsync($"{answer.Header("x-amzn-RequestId")} CreateVault account");
        var failures = lines.Where(static line => line.StartsWith("Error:", StringComparison.Ordinal)).ToList();
        Assert.Equal(10, failures.Count);
        Assert.All(failures, static line => Assert.DoesNotContain('\n', line));
        Assert.All(failures, static line => Assert.DoesNotContain(" at OrleansUploads.", line, StringComparison.Ordinal));
    }

    [Fact]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task Damage_found_before_the_first_byte_is_answered_with_500()
    {
        var job = await NewJobAsync(Retrieve(Vault, await NewArchiveAsync(Vault, Bytes(MiB))));
        _plan.Always(PartStoreCall.Open, PartStoreFault.Damaged);
        var answer = (await SendAsync(GetOutput(Vault, job))).ExpectUnavailable("The stored bytes are damaged");
        Assert.Contains(answer.Header("x-amzn-RequestId")!, answer.Message, StringComparison.Ordinal);
        Assert.Null(answer.Header("x-amz-sha256-tree-hash"));
        await AssertLoggedInOneLineAsync();
    }

    [Fact]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task Damage_found_in_the_middle_of_the_output_closes_the_connection()
    {
        var bytes = Bytes(MiB);
        var job = await NewJobAsync(Retrieve(Vault, await NewArchiveAsync(Vault, bytes)));
        _plan.At(PartStoreCall.Read, 3, PartStoreFault.Damaged);
        await using var connection = await Server.BeginAsync(GetOutput(Vault, job));
        var head = (await connection.ReadAsync(hasBody: false)).Expect(200);
        Assert.Equal("1048576", head.Header("Content-Length"));
        var received = await connection.ReadToEndAsync();
        Assert.True(received.Length < MiB);
        Assert.Equal(bytes[..received.Length], received);
        await AssertLoggedInOneLineAsync();
    }

    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task A_failed_journal_write_is_answered_with_500_and_the_retry_succeeds(JournalFault fault)
    {
        _journalFault = fault;
        (await SendAsync(CreateVault("w"))).ExpectUnavailable("ry again");
        _journalFault = JournalFault.None;
        (await SendAsync(CreateVault("w"))).Expect(201);
        (await SendAsync(DescribeVault("w"))).Expect(200);
    }

    private async Task AssertLoggedInOneLineAsync()
    {
        var line = await Server.Log.WaitForAsync("Error:");
        Assert.Contains("GetJobOutput failed: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(" at OrleansUploads.", line, StringComparison.Ordinal);
    }
}
