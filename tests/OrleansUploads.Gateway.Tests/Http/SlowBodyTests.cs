using OrleansUploads.Core.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;
using OrleansUploads.TestKit.PartStores;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>Bodies that are still arriving when their upload ends, and bodies that do not arrive as announced. The server takes one body at a
/// time, so the next one shows that the place is free again.</summary>
public sealed class SlowBodyTests : S3Server
{
    private const string Vault = "v";
    private const string Target = "/bucket/key";
    private const int Half = MiB / 2;

    private static readonly byte[] Body = Bytes(MiB);

    private readonly TemporaryFolder _folder = new();
    private readonly FaultyJournal _journal = new(new MemoryJournal(), JournalFaultPlans.None);
    private readonly PartStorePlan _plan = new();
    private DiskPartStore _disk = null!;
    private FaultyPartStore _parts = null!;

    /// <summary>How an upload ends.</summary>
    public enum Ending
    {
        Expiry,
        Abort,
        Completion,
    }

    private EmbeddedHost Host => (EmbeddedHost)Server.Host;

    protected override GatewaySetup Setup => new()
    {
        Journal = _journal,
        Parts = _parts,
        Host = GatewaySetup.InThisProcess,
        Options = new GatewayOptions { MaxConcurrentBodies = 1, MaxWaitingBodies = 1 },
    };

    public override async ValueTask InitializeAsync()
    {
        _disk = DiskPartStore.Open(_folder.Path);
        _parts = new FaultyPartStore(_disk, _plan);
        await base.InitializeAsync();
        (await SendAsync(CreateVault(Vault))).Expect(201);
        (await SendAsync("PUT", "/bucket")).Expect(200);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _disk.Dispose();
        _folder.Dispose();
    }

    public static MatrixTheoryData<bool, Ending, bool> Endings => new([false, true], Enum.GetValues<Ending>(), [false, true]);

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_part_of_an_upload_that_has_ended_meanwhile_is_refused_and_leaves_nothing(
        bool isOfBucket, Ending ending, bool isCollected)
    {
        var (part, abort, complete, signer) = isOfBucket ? await InitiateInBucketAsync() : await InitiateInVaultAsync();
        Assert.InRange((await SendAsync(part, signer)).Status, 200, 204);

        await using var slow = await BeginAsync(part, signer);
        await EndAsync(ending, abort, complete, signer, isCollected);
        await slow.SendAsync(Body.AsMemory(Half));

        var refused = await slow.ReadAsync();
        if (isOfBucket)
        {
            ExpectError(refused, 404, "NoSuchUpload");
        }
        else
        {
            refused.ExpectNotFound("The upload ID was not found");
        }

        await AssertLeftAsync(ending == Ending.Completion ? 1 : 0);
    }

    [Fact]
    public async Task An_object_whose_bucket_is_deleted_meanwhile_is_refused_and_leaves_nothing()
    {
        await using var slow = await BeginAsync(Request("PUT", Target, Body), Owner);
        (await SendAsync(Request("DELETE", "/bucket", null), Owner)).Expect(204);
        await slow.SendAsync(Body.AsMemory(Half));

        ExpectError(await slow.ReadAsync(), 404, "NoSuchBucket");
        await AssertLeftAsync(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_ends_early_leaves_nothing(bool isReset)
    {
        var upload = (await SendAsync(Initiate(Vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        foreach (var (request, signer) in new[]
        {
            (Part(Vault, upload, 0, Body), new Signer()),
            (UploadArchive(Vault, Body), new Signer()),
            (Request("PUT", Target, Body), Owner),
        })
        {
            await using var slow = await BeginAsync(request, signer);
            if (isReset)
            {
                slow.Reset();
            }
            else
            {
                slow.EndSending();
                var answer = Encoding.ASCII.GetString(await slow.ReadToEndAsync());
                Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), answer);
            }

            await AssertPlaceIsFreeAsync();
            await Eventually.BecomesTrueAsync(() => CountAttempts() == 0, "the bytes that arrived are deleted, without a collection");
        }

        Assert.Equal(0, (await SendAsync(ListParts(Vault, upload))).Expect(200).Json.GetProperty("Parts").GetArrayLength());
        await AssertLeftAsync(0);
    }

    [Fact]
    public async Task Bytes_behind_the_stated_length_are_not_part_of_the_body()
    {
        var upload = (await SendAsync(Initiate(Vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        await using var connection = await BeginAsync(Part(Vault, upload, 0, Body), new Signer());
        await connection.SendAsync(Body.AsMemory(Half));
        await connection.SendAsync(new byte[1000]);

        (await connection.ReadAsync()).Expect(204);
        Assert.Equal(1, (await SendAsync(ListParts(Vault, upload))).Expect(200).Json.GetProperty("Parts").GetArrayLength());
        await AssertLeftAsync(1);
    }

    [Fact]
    public async Task A_part_whose_sender_is_gone_while_it_is_recorded_counts_once_it_is_recorded()
    {
        var upload = (await SendAsync(Initiate(Vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        await using (var connection = await BeginAsync(Part(Vault, upload, 0, Body), new Signer()))
        {
            var held = _journal.HoldAppends();
            await connection.SendAsync(Body.AsMemory(Half));
            await held.WhenArrivedAsync(1, Cancellation);
            connection.Reset();
            held.ReleaseAll();
        }

        await AssertPlaceIsFreeAsync();
        await AssertLeftAsync(1);
        (await SendAsync(Complete(Vault, upload, Body))).Expect(201);
        await AssertLeftAsync(1);
    }

    private async Task<(ApiRequest Part, ApiRequest Abort, ApiRequest Complete, Signer Signer)> InitiateInVaultAsync()
    {
        var upload = (await SendAsync(Initiate(Vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        return (Part(Vault, upload, 0, Body), Abort(Vault, upload), Complete(Vault, upload, Body), new Signer());
    }

    private async Task<(ApiRequest Part, ApiRequest Abort, ApiRequest Complete, Signer Signer)> InitiateInBucketAsync()
    {
        var created = await SendAsync(Request("POST", $"{Target}?uploads", []), Owner);
        var upload = $"{Target}?uploadId={Text(created.Expect(200), "UploadId")}";
        var list = Encoding.UTF8.GetBytes(CompletionDocument.Of((1, Md5(Body))));
        return (
            Request("PUT", $"{upload}&partNumber=1", Body),
            Request("DELETE", upload, null),
            Request("POST", upload, list),
            Owner);
    }

    /// <summary>Sends the head and half of a body, and waits until the server has written that.</summary>
    private async Task<RawConnection> BeginAsync(ApiRequest request, Signer signer)
    {
        var written = new PartStoreGate();
        written.Open();

        // The server writes 256 KiB at a time.
        _plan.At(PartStoreCall.Write, _parts.Calls(PartStoreCall.Write) + 2, PartStoreFault.HoldAfter(written));
        var connection = await Server.BeginAsync(request.With("Content-Length", Digits(Body.Length)), signer);
        await connection.SendAsync(Body.AsMemory(0, Half));
        await written.Reached.WaitAsync(Cancellation);
        return connection;
    }

    private async Task EndAsync(Ending ending, ApiRequest abort, ApiRequest complete, Signer signer, bool isCollected)
    {
        if (ending == Ending.Expiry)
        {
            Clock.Advance(UploadPolicy.DefaultStaleAfter + TimeSpan.FromSeconds(1));
            await new WakeScan(Host, _journal).RunAsync(Cancellation);
        }
        else
        {
            var answer = await SendAsync(ending == Ending.Abort ? abort : complete, signer);
            Assert.InRange(answer.Status, 200, 204);
        }

        if (isCollected)
        {
            await CollectAsync();
        }
    }

    private async Task CollectAsync()
    {
        Clock.Advance(new MaintenanceOptions().AttemptGrace + TimeSpan.FromSeconds(1));
        await new AttemptCollector(Host, _parts, Host.Clock).CollectAsync(
            new MaintenanceOptions().AttemptGrace, Cancellation);
    }

    /// <summary>Waits in the queue for the only place.</summary>
    private async Task AssertPlaceIsFreeAsync()
    {
        var archive = (await SendAsync(UploadArchive(Vault, [1]))).Expect(201).Header("x-amz-archive-id")!;
        (await SendAsync(DeleteArchive(Vault, archive))).Expect(204);
    }

    /// <summary>Asserts how many attempts are on the disk after a collection.</summary>
    private async Task AssertLeftAsync(int attempts)
    {
        await AssertPlaceIsFreeAsync();
        Clock.Advance(new RetrievalPolicy().LongestDelay + Limits.JobOutputLife + TimeSpan.FromHours(1));
        await new WakeScan(Host, _journal).RunAsync(Cancellation);
        await CollectAsync();
        Assert.Equal(attempts, CountAttempts());
    }

    private int CountAttempts() => Directory.EnumerateFiles(_folder.Path, "*.part", SearchOption.AllDirectories).Count();

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
