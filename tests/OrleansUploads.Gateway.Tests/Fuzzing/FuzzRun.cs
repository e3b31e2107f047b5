using Microsoft.AspNetCore.Hosting;
using OrleansUploads.Gateway.Tests.Fuzzing.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends the requests of one seed to one server, one after the other, and checks every answer.</summary>
internal sealed class FuzzRun : IAsyncDisposable
{
    /// <summary>For one request in this many, all readable state is compared before and after a refusal.</summary>
    private const int SnapshotOneIn = 200;

    private readonly FuzzServer _server;
    private readonly IProtocol _protocol;
    private readonly FuzzPlan _plan;
    private readonly Coverage _coverage;
    private readonly Dice _dice;
    private readonly FuzzClient _client;
    private readonly RequestMutator _mutator;
    private readonly RawRequests _raw;
    private string? _snapshot;
    private int _sent;
    private byte[] _previous = [];

    private FuzzRun(FuzzServer server, FuzzPlan plan, Coverage coverage)
    {
        _server = server;
        _client = new FuzzClient(server);
        _plan = plan;
        _coverage = coverage;
        _dice = new Dice(plan.Seed);
        _protocol = plan.OnS3 ? new S3Protocol(_dice) : new GlacierProtocol(_dice);
        _mutator = new RequestMutator(_dice, _protocol.Words);
        _raw = new RawRequests(_protocol, _dice);
    }

    /// <summary>Runs a plan on a new server.</summary>
    /// <exception cref="FuzzFailure">An answer or its effect violates a check.</exception>
    public static async Task RunAsync(FuzzPlan plan, Coverage coverage, IStartupFilter? startup = null)
    {
        await using var run = await StartAsync(plan, coverage, startup);
        await run.SendAllAsync(plan.Requests);
        await run.CompareWithStoredAsync();
    }

    public static async Task<FuzzRun> StartAsync(FuzzPlan plan, Coverage coverage, IStartupFilter? startup = null)
    {
        var run = new FuzzRun(await FuzzServer.StartAsync(plan, startup), plan, coverage);
        await run._protocol.CreateSamplesAsync(run._server);
        return run;
    }

    public async Task SendAllAsync(int requests)
    {
        for (var last = _sent + requests; _sent < last;)
        {
            await StepAsync(++_sent);
            _coverage.Count("requests");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Checks that a second server over the same storage shows the same state.</summary>
    private async Task CompareWithStoredAsync()
    {
        await using var second = await _server.StartAgainAsync();
        Assert.Equal(
            await _protocol.ReadStateAsync(second, withBytes: true),
            await _protocol.ReadStateAsync(_server, withBytes: true));
    }

    private async Task StepAsync(int number)
    {
        if (_dice.OneIn(500))
        {
            await _server.AdvanceAsync(TimeSpan.FromHours(_dice.Pick(0.1, 2, 7, 7, 25, 25, 24 * 8)));
            _snapshot = null;
        }

        if (_dice.OneIn(25))
        {
            var raw = _raw.Next(_server.Address, _server.Clock.Now);
            await ExchangeAsync(number, raw, isSound: null, () => _client.SendRawAsync(raw));
        }
        else
        {
            var request = FuzzSigning.Sign(_mutator.Mutate(_protocol.Any()), _server.Address, _server.Clock.Now);
            var sent = new RawRequest(FuzzSigning.Encode(request), request, Answers: 1);
            var isSound = HttpHead.IsSound(sent.Bytes);
            var answers = await ExchangeAsync(number, sent, isSound, () => _client.SendAsync(request, sent.Bytes, isSound));
            foreach (var answer in answers.Where(answer => answer.Status < 400))
            {
                request.Learn?.Invoke(answer);
            }
        }
    }

    /// <summary>Sends bytes, and checks the answers and that nothing has changed unless one of the guaranteed answers is a success.</summary>
    /// <param name="number">The number of the request.</param>
    /// <param name="sent">The bytes.</param>
    /// <param name="isSound">Whether the request is unambiguous HTTP, or null if the bytes are not exactly one request.</param>
    /// <param name="sendAsync">Sends them and returns the answers.</param>
    private async Task<IReadOnlyList<ApiAnswer>> ExchangeAsync(
        int number, RawRequest sent, bool? isSound, Func<Task<IReadOnlyList<ApiAnswer>>> sendAsync)
    {
        var operation = sent.OperationIn(_protocol);
        var endsEarly = sent.Request?.Framing.EndsEarly is true;
        var before = await ReadStateAsync(operation);

        var answers = await sendAsync();
        await _server.Inside.WaitForNoneAsync();

        var flaw = answers.Select(answer => _protocol.Judge.FindFlaw(operation, isSound is true, answer, sent.IsHead))
            .FirstOrDefault(flaw => flaw is not null)
            ?? (isSound is true && answers.Count == 0 && !endsEarly ? "The server closed the connection without an answer." : null);
        if (sent.Answers > 0 && answers.Any(answer => answer.Status < 400))
        {
            _snapshot = null;
        }
        else
        {
            flaw ??= await FindChangeAsync(before, operation);
        }

        Throw(flaw, number, sent.Bytes, answers);
        foreach (var answer in answers)
        {
            if (isSound is not null && !endsEarly)
            {
                _coverage.Count(_protocol.Judge, operation, answer);
            }
            else
            {
                _coverage.CountBare(_protocol.Judge, answer);
            }
        }

        return answers;
    }

    /// <summary>Reads what is stored and, for some requests, all readable state.</summary>
    private async Task<StateBefore> ReadStateAsync(string? operation)
    {
        if (_dice.OneIn(_protocol.MayWriteUnseen(operation) ? SnapshotOneIn / 10 : SnapshotOneIn))
        {
            _snapshot ??= await _protocol.ReadStateAsync(_server, withBytes: false);
            return new StateBefore(_server.Journal.Count, await _server.AttemptsAsync(), _snapshot);
        }

        return new StateBefore(_server.Journal.Count, await _server.AttemptsAsync(), null);
    }

    private async Task<string?> FindChangeAsync(StateBefore before, string? operation)
    {
        var written = _server.Journal.Since(before.Records);
        if (written.Count > 0 && !(_protocol.MayWriteUnseen(operation) && _protocol.AreUnseen(operation, written)))
        {
            return $"The refused request wrote to {string.Join(", ", written)}.";
        }

        if (await _server.AttemptsAsync() != before.Attempts)
        {
            return "The refused request added or removed attempts in the part store.";
        }

        if (before.Snapshot is null)
        {
            return null;
        }

        _coverage.Count("comparisons of all readable state");
        var after = await _protocol.ReadStateAsync(_server, withBytes: false);
        return after == before.Snapshot ? null : $"The refused request changed the readable state: {Difference(before.Snapshot, after)}";
    }

    private static string Difference(string before, string after)
    {
        var lines = before.Split('\n').Zip(after.Split('\n')).First(pair => pair.First != pair.Second);
        return $"\n{lines.First}\n{lines.Second}";
    }

    private void Throw(string? flaw, int number, byte[] bytes, IReadOnlyList<ApiAnswer> answers)
    {
        flaw = _server.Faults.Entries is [var fault, ..] ? $"{flaw} The server logged: {fault}" : flaw;
        if (flaw is not null)
        {
            var shown = answers.Select(answer =>
                $"{answer.Status} {string.Join("; ", answer.Headers.Select(header => $"{header.Key}: {header.Value}"))}\n{answer.Text}");
            throw new FuzzFailure(_plan, number, flaw, bytes, string.Join('\n', shown), _previous);
        }

        _previous = bytes;
    }

    /// <summary>The number of journaled records, the attempts in the part store, and all readable state if it was read.</summary>
    private sealed record StateBefore(int Records, (int Count, long Hashes) Attempts, string? Snapshot);
}
