using System.Collections.Concurrent;
using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>Nodes that write archives straight into the store with the client.</summary>
public sealed class DirectUploadTests(DirectServer gateway) : IClassFixture<DirectServer>
{
    private static readonly byte[] Archive = Bytes((20 * MiB) + 5);

    private static readonly DirectUploadOptions Quick = new()
    {
        Pause = TimeSpan.FromMilliseconds(10),
        PartRetry = new RetryPolicy { MaxAttempts = 20, FirstDelay = TimeSpan.FromMilliseconds(1) },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private GlacierClient Connect(Observed? observed = null, TimeProvider? time = null) => new(
        new HttpClient(observed ?? new Observed()),
        new GlacierClientOptions
        {
            Endpoint = new Uri($"http://{gateway.Server.EndPoint}"),
            Region = "us-east-1",
            AccessKeyId = ScopedKeys.Uploader.AccessKeyId,
            SecretAccessKey = ScopedKeys.Uploader.SecretKey,
            Retry = new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(1) },
            TimeProvider = time ?? TimeProvider.System,
        });

    private async Task<(string Vault, string Upload)> OpenAsync(GlacierClient client)
    {
        var vault = $"vault-{Guid.NewGuid():N}";
        (await gateway.SendAsync(CreateVault(vault))).Expect(201);
        return (vault, await client.InitiateMultipartUploadAsync(vault, MiB, createKey: "run", cancellationToken: Cancellation));
    }

    private async Task ExpectArchiveAsync(string vault, ArchiveReceipt receipt)
    {
        Assert.Equal(TreeHasher.Compute(Archive), receipt.TreeHash);
        var job = (await gateway.SendAsync(Retrieve(vault, receipt.ArchiveId))).Expect(202).Header("x-amz-job-id")!;
        Assert.Equal(Archive, (await gateway.SendAsync(GetOutput(vault, job))).Expect(200).Body);
    }

    [Fact]
    public async Task A_node_reads_and_writes_each_byte_once_and_none_passes_the_server()
    {
        var observed = new Observed();
        using var client = Connect(observed);
        var (vault, upload) = await OpenAsync(client);
        using var source = new CountingSource(Archive);
        var reports = new List<UploadProgress>();

        var receipt = await new DirectUpload(client, vault, upload, Quick with { OnProgress = reports.Add }).SendAsync(source, Cancellation);

        await ExpectArchiveAsync(vault, receipt);
        Assert.Equal(Archive.Length, source.ReadBytes);
        Assert.Equal(21, observed.Writes);
        Assert.InRange(observed.CountOf("?grants"), 1, 8);
        Assert.InRange(observed.BytesToServer, 1, 64 * 1024);
        Assert.Equal((0, 0), (reports[0].PartsDone, reports[0].SentBytes));
        Assert.Equal((21, 21, Archive.Length, 0), (reports[^1].PartsDone, reports[^1].PartCount, reports[^1].SentBytes, reports[^1].SkippedBytes));
    }

    [Fact]
    public async Task Parts_are_reported_together_while_others_are_written_and_at_once_when_none_is()
    {
        var observed = new Observed();
        using var client = Connect(observed);
        var (vault, upload) = await OpenAsync(client);
        using var source = ByteSource.FromMemory(Archive);
        var patient = Quick with { ReportDelay = Timeout.InfiniteTimeSpan };
        Assert.Throws<ArgumentOutOfRangeException>(() => new DirectUpload(client, vault, upload, patient));

        var receipt = await new DirectUpload(client, vault, upload, Quick with { ReportDelay = TimeSpan.FromDays(1) })
            .SendAsync(source, Cancellation);

        await ExpectArchiveAsync(vault, receipt);
        Assert.InRange(observed.CountOf("?written"), 1, 3);
    }

    [Fact]
    public async Task A_written_part_is_reported_after_the_delay_although_another_one_is_still_being_written()
    {
        var observed = new Observed();
        using var client = Connect(observed);
        var (vault, upload) = await OpenAsync(client);
        using var source = new StuckSource(3 * MiB, stuckAt: 2 * MiB);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reported = new TaskCompletionSource();
        var options = Quick with
        {
            ReportDelay = TimeSpan.FromMilliseconds(10),
            OnProgress = progress =>
            {
                if (progress.PartsDone == 2)
                {
                    reported.TrySetResult();
                }
            },
        };

        var sending = new DirectUpload(client, vault, upload, options).SendAsync(source, stop.Token);

        await reported.Task.WaitAsync(Cancellation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_failed_report_is_not_left_unobserved_by_a_writer_that_was_cancelled()
    {
        Assert.False(await UnobservedFailures.HaveAsync("refused for all", static async () =>
        {
            using var server = new SlowRefusal();
            using var client = server.Connect();
            using var reports = new DirectReports(client, "v", "u", new DirectUploadOptions());
            using var stop = new CancellationTokenSource();
            var written = new TaskCompletionSource();
            Func<CancellationToken, Task<DirectPart?>> write = async _ =>
            {
                await written.Task;
                return new DirectPart(new ByteRange(0, 1), TreeHasher.Empty, "attempt");
            };
            var (patient, cancelled) = (reports.WriteAsync(write, Cancellation), reports.WriteAsync(write, stop.Token));
            written.SetResult();
            await server.IsAsked;
            await stop.CancelAsync();
            server.Refuse();
            await Task.WhenAll(patient, cancelled).ContinueWith(static both => _ = both.Exception, TaskScheduler.Default);
        }));
    }

    [Fact]
    public async Task Nodes_that_share_an_upload_write_different_parts_and_get_the_same_receipt()
    {
        var observed = new Observed();
        using var client = Connect(observed);
        var (vault, upload) = await OpenAsync(client);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var source = ByteSource.FromMemory(Archive);
            return await new DirectUpload(client, vault, upload, Quick).SendAsync(source, Cancellation);
        }));

        await ExpectArchiveAsync(vault, Assert.Single(receipts.Distinct()));
        Assert.Equal(21, observed.Writes);
    }

    [Fact]
    public async Task A_node_first_writes_what_no_other_node_does_however_far_it_is()
    {
        const int Claimed = 40;
        const int Parts = 45;
        using var client = Connect();
        var (vault, upload) = await OpenAsync(client);
        var claims = Enumerable.Range(0, Claimed).Select(static part => new ByteRange(part * (long)MiB, (part + 1) * (long)MiB)).ToArray();
        Assert.Equal(Claimed, (await client.GrantWritesAsync(vault, upload, claims, atMost: Claimed, Cancellation)).Count);
        using var source = ByteSource.FromMemory(Bytes(Parts * MiB));
        var written = new ConcurrentQueue<int>();
        var impatient = Quick with
        {
            Patience = TimeSpan.FromMilliseconds(100),
            OnProgress = progress => written.Enqueue(progress.LastPart is { } part ? (int)(part.Start / MiB) : Parts),
        };

        await new DirectUpload(client, vault, upload, impatient).SendAsync(source, Cancellation);

        var order = written.Where(static part => part < Parts).Distinct().ToList();
        Assert.Equal(Enumerable.Range(Claimed, Parts - Claimed), order[..(Parts - Claimed)].Order());
        Assert.Equal(Enumerable.Range(0, Claimed), order[(Parts - Claimed)..].Order());
    }

    [Fact]
    public async Task Lost_answers_of_the_server_and_of_the_store_change_nothing()
    {
        var observed = new Observed { LosesEach = 3 };
        using var client = Connect(observed);
        var (vault, upload) = await OpenAsync(client);
        using var source = ByteSource.FromMemory(Archive);

        // Grants whose answer was lost keep their parts for a while.
        var impatient = Quick with { Patience = TimeSpan.FromMilliseconds(100) };
        var receipt = await new DirectUpload(client, vault, upload, impatient).SendAsync(source, Cancellation);

        await ExpectArchiveAsync(vault, receipt);
        Assert.True(observed.LostWrites > 0);
        Assert.InRange(observed.Writes, 22, 60);
    }

    [Fact]
    public async Task What_a_stopped_node_has_left_is_written_by_another()
    {
        using var client = Connect();
        var (vault, upload) = await OpenAsync(client);
        using var source = ByteSource.FromMemory(Archive);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var stopping = Quick with { OnProgress = progress => StopAfter(progress, parts: 5) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new DirectUpload(client, vault, upload, stopping).SendAsync(source, stop.Token));

        // The grants that it took with it keep others from their parts for a while.
        var observed = new Observed();
        using var other = Connect(observed);
        var impatient = Quick with { Patience = TimeSpan.FromMilliseconds(100) };
        await ExpectArchiveAsync(vault, await new DirectUpload(other, vault, upload, impatient).SendAsync(source, Cancellation));
        Assert.InRange(observed.Writes, 1, 16);

        void StopAfter(UploadProgress progress, int parts)
        {
            if (progress.PartsDone >= parts)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public async Task Parts_are_written_as_they_are_produced_while_another_node_waits_for_the_archive()
    {
        using var client = Connect();
        var (vault, upload) = await OpenAsync(client);
        var waiting = new DirectUpload(client, vault, upload, Quick).CompleteAsync(Archive.Length, Cancellation);
        for (var first = 20 * MiB; first >= 0; first -= MiB)
        {
            Assert.False(waiting.IsCompleted);
            using var part = ByteSource.FromMemory(Archive.AsMemory(first, Math.Min(MiB, Archive.Length - first)));
            await new DirectUpload(client, vault, upload, Quick).WritePartAsync(first, part, Cancellation);
        }

        var receipt = await waiting;
        await ExpectArchiveAsync(vault, receipt);
        Assert.Equal(receipt, await new DirectUpload(client, vault, upload, Quick).CompleteAsync(Archive.Length, Cancellation));

        var late = new DirectUpload(client, vault, upload, Quick);
        using var again = ByteSource.FromMemory(Archive.AsMemory(0, MiB));
        Assert.Contains("has ended", (await Assert.ThrowsAsync<ArchiveUploadException>(() => late.WritePartAsync(0, again, Cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains(
            $"an archive of {Archive.Length} bytes, and not of 7.",
            (await Assert.ThrowsAsync<ArchiveUploadException>(() => late.CompleteAsync(7, Cancellation))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_waits_is_answered_when_another_one_completes_the_upload()
    {
        var observed = new Observed();
        using var waiter = Connect(observed, new TimeWithoutTimers());
        var (vault, upload) = await OpenAsync(waiter);
        var options = Quick with { Pause = TimeSpan.FromMinutes(1) };
        var waiting = new DirectUpload(waiter, vault, upload, options).CompleteAsync(Archive.Length, Cancellation);
        using var writer = Connect();
        using var source = ByteSource.FromMemory(Archive);

        var receipt = await new DirectUpload(writer, vault, upload, Quick).SendAsync(source, Cancellation);

        Assert.Equal(receipt, await waiting.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        Assert.InRange(observed.CountOf(""), 2, 4);
    }

    [Fact]
    public async Task An_upload_with_bytes_beyond_the_archive_is_refused_and_not_waited_for()
    {
        using var client = Connect();
        var (vault, upload) = await OpenAsync(client);
        var node = new DirectUpload(client, vault, upload, Quick);
        using var part = ByteSource.FromMemory(Archive.AsMemory(0, MiB));
        await node.WritePartAsync(0, part, Cancellation);
        await node.WritePartAsync(MiB, part, Cancellation);

        var refusal = await Assert.ThrowsAsync<ArchiveUploadException>(() => node.CompleteAsync(MiB, Cancellation));

        Assert.Contains($"bytes {MiB}-{(2 * MiB) - 1} of this upload", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_was_aborted_stops_all_nodes()
    {
        using var client = Connect();
        var (vault, upload) = await OpenAsync(client);
        var waiting = new DirectUpload(client, vault, upload, Quick).CompleteAsync(Archive.Length, Cancellation);
        (await gateway.SendAsync(Abort(vault, upload))).Expect(204);

        Assert.Contains("it is Aborted", (await Assert.ThrowsAsync<ArchiveUploadException>(() => waiting)).Message, StringComparison.Ordinal);
        using var source = ByteSource.FromMemory(Archive);
        await Assert.ThrowsAsync<ArchiveUploadException>(() => new DirectUpload(client, vault, upload, Quick).SendAsync(source, Cancellation));
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_stops_the_node_with_the_reason()
    {
        using var client = Connect();
        var (vault, upload) = await OpenAsync(client);
        using var source = new FailingSource();
        var failure = await Assert.ThrowsAsync<IOException>(() => new DirectUpload(client, vault, upload, Quick).SendAsync(source, Cancellation));
        Assert.Contains("the tape broke", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_grant_writes_is_named()
    {
        await using var other = await GatewayServer.StartAsync(ScopedKeys.AddTo(new GatewaySetup()));
        using var client = new GlacierClient(new GlacierClientOptions
        {
            Endpoint = new Uri($"http://{other.EndPoint}"),
            Region = "us-east-1",
            AccessKeyId = Signer.KeyId,
            SecretAccessKey = Signer.Secret,
            TimeProvider = other.Setup.Clock,
        });
        await client.CreateVaultAsync("photos", Cancellation);
        var upload = await client.InitiateMultipartUploadAsync("photos", MiB, cancellationToken: Cancellation);
        using var source = ByteSource.FromMemory(Archive);
        var refusal = await Assert.ThrowsAsync<GlacierException>(() => new DirectUpload(client, "photos", upload).SendAsync(source, Cancellation));
        Assert.Contains("does not grant writes", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads no byte from an offset on until it is cancelled.</summary>
    private sealed class StuckSource(int lengthBytes, int stuckAt) : ByteSource
    {
        public override long LengthBytes => lengthBytes;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
        {
            if (offsetBytes >= stuckAt)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return Math.Min(buffer.Length, lengthBytes - (int)offsetBytes);
        }
    }

    private sealed class FailingSource : ByteSource
    {
        public override long LengthBytes => 3 * MiB;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken) =>
            ValueTask.FromException<int>(new IOException("the tape broke"));
    }

    /// <summary>Counts writes into the store and bytes to the server, and loses answers.</summary>
    /// <summary>The time of the system, without an end of any delay.</summary>
    private sealed class TimeWithoutTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed class Observed() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        private readonly ConcurrentDictionary<string, int> _requests = new();
        private int _writes;
        private int _lostWrites;
        private long _bytesToServer;

        /// <summary>Of how many requests of a kind one answer is lost; 0 for none.</summary>
        public int LosesEach { get; init; }

        public int Writes => _writes;

        public int LostWrites => _lostWrites;

        public long BytesToServer => _bytesToServer;

        /// <summary>The number of calls to the server with a query, such as <c>?written</c>.</summary>
        public int CountOf(string query) => _requests.GetValueOrDefault(query);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isWrite = request.Method == HttpMethod.Put;
            if (isWrite)
            {
                Interlocked.Increment(ref _writes);
            }
            else
            {
                Interlocked.Add(ref _bytesToServer, request.Content?.Headers.ContentLength ?? 0);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            var count = _requests.AddOrUpdate(isWrite ? "write" : request.RequestUri!.Query, 1, static (_, known) => known + 1);
            if (LosesEach == 0 || count % LosesEach != 0)
            {
                return answer;
            }

            Interlocked.Add(ref _lostWrites, isWrite ? 1 : 0);
            answer.Dispose();
            throw new HttpRequestException("The answer was lost.");
        }
    }

    /// <summary>Refuses a report when it is told to.</summary>
    private sealed class SlowRefusal : ScriptedServer
    {
        private readonly TaskCompletionSource _asked = new();
        private readonly TaskCompletionSource _refused = new();

        public Task IsAsked => _asked.Task;

        public void Refuse() => _refused.SetResult();

        protected override async Task<HttpResponseMessage> AnswerAsync(ReceivedRequest request, CancellationToken cancellationToken)
        {
            _asked.SetResult();
            await _refused.Task;
            return Answer(HttpStatusCode.Forbidden, Error("AccessDeniedException", "refused for all"));
        }
    }
}
