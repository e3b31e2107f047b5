namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>What the campaign finds in answers that were changed on their way to its clients.</summary>
public sealed class FaultCampaignTests : IAsyncDisposable
{
    private const int FewRounds = 2;

    /// <summary>A campaign ends with the first wrong answer of the vault API. Not every round has the answers that a test changes.</summary>
    private const int ManyRounds = 12;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [Fact]
    [Slice(0)]
    public async Task True_answers_break_no_promise() => Assert.Empty(await RunAsync(FewRounds, static (_, _) => { }));

    [Fact]
    [Slice(1)]
    public async Task An_acknowledged_part_that_is_lost_is_found() => Assert.NotEmpty(await RunAsync(ManyRounds, new LosingHandler()));

    [Fact]
    [Slice(3)]
    public async Task A_second_archive_ID_of_an_upload_is_found()
    {
        var answered = 0;
        Assert.NotEmpty(await RunAsync(ManyRounds, (request, answer) =>
        {
            // Every other answer has an ID that the upload does not have.
            if (request.Method == HttpMethod.Post && answer.Headers.TryGetValues("x-amz-archive-id", out var found)
                && Interlocked.Increment(ref answered) % 2 == 1)
            {
                var id = found.Single();
                answer.Headers.Remove("x-amz-archive-id");
                answer.Headers.Add("x-amz-archive-id", (id[0] == 'A' ? "B" : "A") + id[1..]);
            }
        }));
    }

    [Theory]
    [InlineData("/output", ManyRounds)]
    [InlineData("/races/", FewRounds)]
    [Slice(5)]
    public async Task A_wrong_byte_is_found(string target, int rounds) => Assert.NotEmpty(await RunAsync(rounds, (request, answer) =>
    {
        if (request.Method == HttpMethod.Get && answer.IsSuccessStatusCode
            && request.RequestUri!.PathAndQuery.Contains(target, StringComparison.Ordinal)
            && answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult() is { Length: > 0 } bytes)
        {
            bytes[^1] ^= 1;
            answer.Content = new ByteArrayContent(bytes);
        }
    }));

    [Fact]
    [Slice(7)]
    public async Task One_failed_request_without_a_fault_is_found()
    {
        var answered = 0;
        var findings = await RunAsync(FewRounds, (request, answer) =>
        {
            // Clients of vaults begin after the start of the silos, which clients must not notice.
            if (request.RequestUri!.AbsolutePath.Contains("/vaults/", StringComparison.Ordinal) && Interlocked.Increment(ref answered) == 30)
            {
                answer.StatusCode = HttpStatusCode.ServiceUnavailable;
            }
        });

        // The judge of the simulation may find it, too.
        var finding = Assert.Single(findings, static finding => finding.StartsWith("No fault explains this: ", StringComparison.Ordinal));
        Assert.Contains("503", finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_explains_the_failures_of_its_time_and_no_endless_wait()
    {
        var log = new FaultLog(10 * Second);
        var kill = new Disturbance("a silo was killed", static _ => Task.CompletedTask);
        log.Add(new FaultWindow(kill, 0, 10 * Second, 30 * Second));
        Add(sent: 29, ended: 31);
        Add(sent: 5, ended: 10);
        Add(sent: 29, ended: 40);
        Assert.Empty(log.Findings);

        Add(sent: 31, ended: 31);
        Assert.Single(log.Findings);
        Add(sent: 29, ended: 41);
        Assert.Equal(2, log.Findings.Count());

        void Add(int sent, int ended) => log.AddFailure(new TroubledRequest("GET /", 0, sent * Second, ended * Second, "status 503", ""));
    }

    [Fact]
    public void A_failure_because_of_what_clients_must_not_notice_is_found_unless_something_else_explains_it()
    {
        var log = new FaultLog(10 * Second);
        var stop = new Disturbance("a silo was stopped", static _ => Task.CompletedTask) { IsSeamless = true };
        log.Add(new FaultWindow(stop, 0, 10 * Second, 30 * Second));
        log.AddFailure(new TroubledRequest("GET /", 0, 29 * Second, 31 * Second, "status 503", ""));
        Assert.StartsWith("Clients must not notice this: ", Assert.Single(log.Findings), StringComparison.Ordinal);

        log.Add(new FaultWindow(stop with { IsSeamless = false }, 0, 31 * Second, 50 * Second));
        Assert.Empty(log.Findings);
    }

    [Fact]
    public void A_recovery_that_takes_too_long_is_found()
    {
        var log = new FaultLog(10 * Second);
        var kill = new Disturbance("a silo was killed", static _ => Task.CompletedTask) { MaxTime = 60 * Second };
        log.Add(new FaultWindow(kill, 0, Second, (61 * Second) + FaultLog.Settling));
        Assert.Empty(log.Findings);

        log.Add(new FaultWindow(kill, 0, Second, (62 * Second) + FaultLog.Settling));
        Assert.Single(log.Findings);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(int.MaxValue, true)]
    public async Task An_open_upload_that_stores_no_part_in_time_is_found(int refusals, bool isFound)
    {
        _server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        await using var rotation = new Rotation([_server.Address]);
        string? refused = null;
        using var http = new HttpClient(new MeasuredRequests(rotation, null, new ChangingHandler((request, answer) =>
        {
            if (request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath.Contains("/multipart-uploads/", StringComparison.Ordinal)
                && (Interlocked.CompareExchange(ref refused, request.RequestUri.AbsolutePath, null) ?? refused) == request.RequestUri.AbsolutePath
                && Interlocked.Decrement(ref refusals) >= 0)
            {
                answer.StatusCode = HttpStatusCode.ServiceUnavailable;
            }
        })));
        using var uploads = new OpenUploads(http, count: 4);
        await uploads.OpenAsync();

        await uploads.StorePartsAsync(Second);

        Assert.Equal(isFound ? 1 : 0, uploads.Findings.Count);
    }

    private Task<IReadOnlyList<string>> RunAsync(int rounds, Action<HttpRequestMessage, HttpResponseMessage> change) =>
        RunAsync(rounds, new ChangingHandler(change));

    /// <summary>Runs a campaign in which nothing happens.</summary>
    private async Task<IReadOnlyList<string>> RunAsync(int rounds, HttpMessageHandler sends)
    {
        _server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        await using var rotation = new Rotation([_server.Address]);
        return await FaultCampaign.RunAsync(new FaultPlan(rounds, TimeSpan.Zero, Seed: 1), rotation, [], static _ => { }, sends);
    }

    private sealed class ChangingHandler(Action<HttpRequestMessage, HttpResponseMessage> change)
        : DelegatingHandler(UnrepeatedRequests.CreateHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            change(request, answer);
            return answer;
        }
    }

    /// <summary>Acknowledges parts of the vault API and drops every other one.</summary>
    private sealed class LosingHandler() : DelegatingHandler(UnrepeatedRequests.CreateHandler())
    {
        private int _parts;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isPart = request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath.Contains("/multipart-uploads/", StringComparison.Ordinal);
            if (!isPart || Interlocked.Increment(ref _parts) % 2 == 0)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            var answer = new HttpResponseMessage(HttpStatusCode.NoContent);
            if (request.Headers.TryGetValues("x-amz-sha256-tree-hash", out var hash))
            {
                answer.Headers.Add("x-amz-sha256-tree-hash", hash);
            }

            return answer;
        }
    }
}
