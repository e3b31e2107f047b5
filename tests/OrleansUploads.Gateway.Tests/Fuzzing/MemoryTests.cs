using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Refused requests cost bounded memory, independent of the size of their bodies.</summary>
[Collection(nameof(Alone))]
[Trait(TestRun.Name, TestRun.Timing)]
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Senders = 16;

    /// <summary>The memory that a connection may hold while its body is refused. Kestrel buffers 128 KiB, in blocks of 64 KiB
    /// that may be half full; a document takes 64 KiB and is copied once; and the runtime's pools keep returned buffers.</summary>
    private const long BytesPerConnection = MiB;

    private const long Allowance = 24 * MiB;

    /// <summary>An endless body is sent until the server stops reading, up to this size. All bodies together are several times
    /// the allowed memory.</summary>
    private const long MaxSentBytes = 32L * MiB;

    [Theory]
    [InlineData("POST /-/vaults/v/archives")]
    [InlineData("POST /-/vaults/v/jobs")]
    [InlineData("PUT /-/vaults/v/access-policy")]
    [InlineData("GET /-/vaults")]
    [InlineData("POST /nothing")]
    [InlineData("PUT /b/k", true)]
    [InlineData("GET /b", true)]
    [InlineData("POST /b?delete", true, S3Xml.MaxLongDocumentBytes)]
    [InlineData("POST /b/k?uploadId=u", true, S3Xml.MaxLongDocumentBytes)]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public async Task Endless_chunked_bodies_are_refused_in_bounded_memory(string request, bool onS3 = false, int documentBytes = 0)
    {
        var block = Chunk();
        var peak = await PeakAsync(request, onS3, head => head.With("Transfer-Encoding", "chunked"), async (connection, measure) =>
        {
            try
            {
                for (var sent = 0L; sent < MaxSentBytes; sent += block.Length)
                {
                    await connection.SendAsync(block);
                    if (sent % (4 * MiB) < block.Length)
                    {
                        measure();
                    }
                }
            }
            catch (IOException)
            {
                // The server has refused the request and closed the connection.
            }
        });

        // A document is copied while it is read.
        AssertBounded(peak, Senders * 2L * documentBytes);
    }

    [Theory]
    [InlineData("PUT /-/vaults/v", "9223372036854775807")]
    [InlineData("POST /-/vaults/v/jobs", "65537")]
    [InlineData("POST /-/vaults/v/archives", "4294967297")]
    [InlineData("POST /-/vaults/nowhere/archives", "4294967296")]
    [InlineData("PUT /-/vaults/v/multipart-uploads/x", "4294967296")]
    public async Task A_body_that_is_only_announced_is_refused_in_bounded_memory(string request, string length)
    {
        var peak = await PeakAsync(request, onS3: false, head => head.With("Content-Length", length), async (connection, measure) =>
        {
            var answer = await connection.ReadAsync();
            Assert.InRange(answer.Status, 400, 404);
            Assert.NotNull(answer.Code);
            measure();
        });
        AssertBounded(peak);
    }

    [Fact, Campaign]
    public async Task After_thousands_of_requests_the_heap_has_not_grown()
    {
        const int Requests = 4_000;
        await using var run = await FuzzRun.StartAsync(new FuzzPlan(1, Requests), new Coverage());
        await run.SendAllAsync(Requests / 4);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await run.SendAllAsync(Requests);

        // The stored data and the log lines are in memory here, and pools fill. A request that kept a buffer would leave more.
        const long SmallestBuffer = 16 * 1024;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{Requests} requests left {grown} bytes.");
        Assert.True(grown < Requests * SmallestBuffer, $"{Requests} requests left {grown} bytes.");
    }

    private void AssertBounded(long peak, long documentBytes = 0)
    {
        var cost = $"{Senders} bodies at once took {peak} bytes.";
        output.WriteLine(cost);
        Assert.True(peak < (Senders * BytesPerConnection) + documentBytes + Allowance, cost);
    }

    /// <summary>The peak of the heap while all senders send the head of a request and then more, in bytes above the level before.</summary>
    private static async Task<long> PeakAsync(
        string request, bool onS3, Func<ApiRequest, ApiRequest> with, Func<RawConnection, Action, Task> sendAsync)
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(), services => _ = onS3 ? services.AddS3Front() : services);
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        var head = with(new ApiRequest(request.Split(' ')[0], request.Split(' ')[1])
            .With("x-amz-content-sha256", LinearHashOf([])).With("x-amz-sha256-tree-hash", LinearHashOf([])));
        var signer = onS3 ? S3Server.Owner : new Signer();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = before;
        await Parallel.ForAsync(0, Senders, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (_, _) =>
        {
            await using var connection = await RawConnection.OpenAsync(server.EndPoint);
            await connection.SendHeadAsync(head, signer.Sign(head, server.EndPoint.ToString(), server.Setup.Clock.Now));
            await sendAsync(connection, () => InterlockedMax(ref peak, LiveBytes()));
            connection.Reset();
        });
        return peak - before;
    }

    private static long LiveBytes()
    {
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private static void InterlockedMax(ref long maximum, long value)
    {
        for (var known = Volatile.Read(ref maximum); value > known;)
        {
            var found = Interlocked.CompareExchange(ref maximum, value, known);
            known = found == known ? value : found;
        }
    }

    private static byte[] Chunk()
    {
        var content = new byte[16 * 1024];
        return [.. "4000\r\n"u8, .. content, .. "\r\n"u8];
    }
}
