using Microsoft.AspNetCore.Hosting;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends the requests of one seed to one server, one after the other, and checks every answer.</summary>
internal sealed class FuzzRun : IAsyncDisposable
{
    private readonly FuzzServer _server;
    private readonly IFuzzedProtocol _protocol;
    private readonly FuzzPlan _plan;
    private readonly Coverage _coverage;
    private readonly Dice _dice;
    private readonly FuzzClient _client;
    private readonly RawRequests _raw;
    private string? _snapshot;
    private int _sent;
    private byte[] _previous = [];

    private FuzzRun(FuzzServer server, IFuzzedProtocol protocol, Dice dice, FuzzPlan plan, Coverage coverage)
    {
        _server = server;
        _client = new FuzzClient(server);
        _protocol = protocol;
        _plan = plan;
        _coverage = coverage;
        _dice = dice;
        _raw = new RawRequests(protocol, dice);
    }

    /// <summary>Runs a plan on a new server.</summary>
    /// <param name="plan">The seed and the number of requests.</param>
    /// <param name="coverage">Counts the provoked answers.</param>
    /// <param name="startup">Middleware in front of the gateway, or null for none.</param>
    /// <exception cref="FuzzFailure">An answer or its effect violates a check.</exception>
    public static async Task RunAsync(FuzzPlan plan, Coverage coverage, IStartupFilter? startup = null)
    {
        await using var run = await StartAsync(plan, coverage, startup);
        await run.SendAllAsync(plan.Requests);
        await run.CompareWithStoredAsync();
    }

    /// <summary>Starts a server and fills it with sample data.</summary>
    public static async Task<FuzzRun> StartAsync(FuzzPlan plan, Coverage coverage, IStartupFilter? startup = null)
    {
        var server = await FuzzServer.StartAsync(plan, startup);
        var dice = new Dice(plan.Seed);
        var protocol = plan.Protocol.Create(dice);
        await protocol.CreateSamplesAsync(server);
        return new FuzzRun(server, protocol, dice, plan, coverage);
    }

    /// <summary>Sends this many more requests.</summary>
    public async Task SendAllAsync(int requests)
    {
        for (var last = _sent + requests; _sent < last;)
        {
            await StepAsync(++_sent);
            _coverage.CountRequest();
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
            await SendRawAsync(number);
        }
        else
        {
            await SendAsync(number);
        }
    }

    private async Task SendAsync(int number)
    {
        var request = FuzzSigning.Sign(_protocol.Mutate(_protocol.Any()), _server.Address, _server.Clock.Now);
        var bytes = FuzzSigning.Encode(request);
        var isSound = HttpHead.IsSound(bytes);
        var operation = _protocol.OperationOf(request);
        var before = await ReadStateAsync(operation);

        var answer = await _client.SendAsync(request, bytes, isSound);
        await _server.Inside.WaitForNoneAsync();

        var flaw = answer is not null ? _protocol.Judge.FindFlaw(operation, isSound, answer, request.Method == "HEAD")
            : isSound && !request.Framing.EndsEarly ? "The server closed the connection without an answer."
            : null;
        if (answer is { Status: < 400 })
        {
            _snapshot = null;
            request.Learn?.Invoke(answer);
        }
        else
        {
            flaw ??= await FindChangeAsync(before, operation);
        }

        Throw(flaw, number, bytes, answer is null ? [] : [answer]);
        if (answer is not null && !request.Framing.EndsEarly)
        {
            _coverage.Count(_protocol.Judge, operation, answer);
        }
    }

    private async Task SendRawAsync(int number)
    {
        var raw = _raw.Next(_server.Address, _server.Clock.Now);
        var operation = raw.OperationIn(_protocol);
        var before = await ReadStateAsync(operation);

        var answers = await _client.SendRawAsync(raw);
        await _server.Inside.WaitForNoneAsync();

        var flaw = answers.Select(answer => _protocol.Judge.FindFlaw(operation, isSound: false, answer, raw.IsHead))
            .FirstOrDefault(flaw => flaw is not null);
        if (raw.Answers > 0 && answers.Any(answer => answer.Status < 400))
        {
            _snapshot = null;
        }
        else
        {
            flaw ??= await FindChangeAsync(before, operation);
        }

        Throw(flaw, number, raw.Bytes, answers);
        foreach (var answer in answers)
        {
            _coverage.CountBare(_protocol.Judge, answer);
        }
    }

    /// <summary>Reads what is stored and, for one request in <see cref="FuzzPlan.SnapshotOneIn"/>, all readable state.</summary>
    private async Task<StateBefore> ReadStateAsync(string? operation)
    {
        if (_dice.OneIn(_protocol.MayWriteUnseen(operation) ? Math.Max(1, _plan.SnapshotOneIn / 10) : _plan.SnapshotOneIn))
        {
            _snapshot ??= await _protocol.ReadStateAsync(_server, withBytes: false);
            return new StateBefore(_server.Journal.Count, await _server.AttemptsAsync(), _snapshot);
        }

        return new StateBefore(_server.Journal.Count, await _server.AttemptsAsync(), null);
    }

    /// <summary>Describes what a refused request has changed, or null if nothing.</summary>
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

        _coverage.CountSnapshot();
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

    /// <summary>The state before a request.</summary>
    /// <param name="Records">The number of journaled records.</param>
    /// <param name="Attempts">The attempts in the part store.</param>
    /// <param name="Snapshot">All readable state, or null if it was not read.</param>
    private sealed record StateBefore(int Records, (int Count, long Hashes) Attempts, string? Snapshot);
}
