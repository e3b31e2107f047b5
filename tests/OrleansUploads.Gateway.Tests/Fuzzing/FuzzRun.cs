using Microsoft.AspNetCore.Hosting;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Sends the requests of one seed to one server, one after the other, and judges every answer.</summary>
internal sealed class FuzzRun : IAsyncDisposable
{
    private readonly FuzzServer _server;
    private readonly World _world;
    private readonly FuzzPlan _plan;
    private readonly Coverage _coverage;
    private readonly Dice _dice;
    private readonly FuzzClient _client;
    private readonly RightRequests _right;
    private readonly Spoiler _spoiler;
    private readonly RawRequests _raw;
    private string? _seen;
    private int _sent;
    private byte[] _last = [];

    private FuzzRun(FuzzServer server, World world, FuzzPlan plan, Coverage coverage)
    {
        _server = server;
        _client = new FuzzClient(server);
        _world = world;
        _plan = plan;
        _coverage = coverage;
        _dice = new Dice(plan.Seed);
        _right = new RightRequests(world, _dice);
        _spoiler = new Spoiler(world, _dice);
        _raw = new RawRequests(_right, _dice);
    }

    /// <summary>Carries a plan out on a server of its own.</summary>
    /// <param name="plan">The seed and how many requests.</param>
    /// <param name="coverage">Counts what was provoked.</param>
    /// <param name="startup">What stands before the gateway; null for nothing.</param>
    /// <exception cref="FuzzFailure">A promise was broken.</exception>
    public static async Task RunAsync(FuzzPlan plan, Coverage coverage, IStartupFilter? startup = null)
    {
        await using var run = await StartAsync(plan, coverage, startup);
        await run.SendAllAsync(plan.Requests);
        await run.CompareWithStoredAsync();
    }

    /// <summary>Starts a server that looks as if it had been used for a while.</summary>
    public static async Task<FuzzRun> StartAsync(FuzzPlan plan, Coverage coverage, IStartupFilter? startup = null)
    {
        var server = await FuzzServer.StartAsync(plan.Seed, startup);
        var world = World.New();
        await new LivedIn(server, world).MoveInAsync();
        return new FuzzRun(server, world, plan, coverage);
    }

    /// <summary>Sends the next requests.</summary>
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

    /// <summary>What the server knows in memory is what another one reads from what is stored.</summary>
    private async Task CompareWithStoredAsync()
    {
        await using var again = await _server.StartAgainAsync(_plan.Seed);
        Assert.Equal(
            await Snapshot.TakeAsync(again, _world, withOutputs: true),
            await Snapshot.TakeAsync(_server, _world, withOutputs: true));
    }

    private async Task StepAsync(int number)
    {
        if (_dice.OneIn(500))
        {
            await _server.PassAsync(TimeSpan.FromHours(_dice.Pick(0.1, 2, 7, 7, 25, 25, 24 * 8)));
            _seen = null;
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
        var request = FuzzSigning.Sign(_spoiler.Spoil(_right.Any()), _server.Address, _server.Clock.Now);
        var bytes = FuzzSigning.Encode(request);
        var isSound = HttpHead.IsSound(bytes);
        var operation = Judge.OperationOf(request.Method, request.Target);
        var before = await StandAsync(operation);

        var answer = await _client.SendAsync(request, bytes, isSound);
        await _server.Inside.WaitForNoneAsync();

        var flaw = answer is not null ? Judge.Flaw(operation, isSound, answer, request.Method == "HEAD")
            : isSound && !request.Framing.EndsEarly ? "The server hung up without an answer."
            : null;
        if (answer is { Status: < 400 })
        {
            _seen = null;
            request.Learn?.Invoke(answer);
        }
        else
        {
            flaw ??= await ChangeAsync(before, operation);
        }

        Throw(flaw, number, bytes, answer is null ? [] : [answer]);
        if (answer is not null && !request.Framing.EndsEarly)
        {
            _coverage.Count(operation, answer);
        }
    }

    private async Task SendRawAsync(int number)
    {
        var raw = _raw.Next(_server.Address, _server.Clock.Now);
        var before = await StandAsync(raw.Operation);

        var answers = await _client.SendRawAsync(raw);
        await _server.Inside.WaitForNoneAsync();

        var flaw = answers.Select(answer => Judge.Flaw(raw.Operation, isSound: false, answer, raw.IsHead))
            .FirstOrDefault(flaw => flaw is not null);
        if (raw.Answers > 0 && answers.Any(answer => answer.Status < 400))
        {
            _seen = null;
        }
        else
        {
            flaw ??= await ChangeAsync(before, raw.Operation);
        }

        Throw(flaw, number, raw.Bytes, answers);
        foreach (var answer in answers)
        {
            _coverage.CountBare(answer);
        }
    }

    /// <summary>How things stand: always what is stored, and now and then all that can be seen.</summary>
    private async Task<Standing> StandAsync(GlacierOperation? operation)
    {
        if (_dice.OneIn(operation == GlacierOperation.UploadArchive ? Math.Max(1, _plan.LooksOnceIn / 10) : _plan.LooksOnceIn))
        {
            _seen ??= await Snapshot.TakeAsync(_server, _world);
            return new Standing(_server.Journal.Count, await _server.AttemptsAsync(), _seen);
        }

        return new Standing(_server.Journal.Count, await _server.AttemptsAsync(), null);
    }

    /// <summary>What a refused request has changed; null for nothing.</summary>
    private async Task<string?> ChangeAsync(Standing before, GlacierOperation? operation)
    {
        var written = _server.Journal.Since(before.Records);
        if (written.Count > 0 && !(operation == GlacierOperation.UploadArchive && IsGivenUpAtOnce(written)))
        {
            return $"The refused request wrote to {string.Join(", ", written)}.";
        }

        if (await _server.AttemptsAsync() != before.Attempts)
        {
            return "The refused request left bytes in the part store, or took some away.";
        }

        if (before.Seen is null)
        {
            return null;
        }

        _coverage.CountLook();
        var after = await Snapshot.TakeAsync(_server, _world);
        return after == before.Seen ? null : $"The refused request changed what is seen: {Difference(before.Seen, after)}";
    }

    /// <summary>An archive that comes in one request is an upload that nobody can name. Where its body is refused, the
    /// vault's journal tells of its beginning and of its end, and the upload's own journal of nothing else.</summary>
    private static bool IsGivenUpAtOnce(IReadOnlyList<(EntityId Entity, long Version)> written)
    {
        var streams = written.GroupBy(record => record.Entity).ToList();
        return streams.Count(stream => stream.Key.Kind == EntityKind.Vault) == 1
            && streams.Count(stream => stream.Key.Kind == EntityKind.Upload && stream.Min(record => record.Version) == 0) == 1
            && streams.Count == 2;
    }

    private static string Difference(string before, string after)
    {
        var lines = before.Split('\n').Zip(after.Split('\n')).First(pair => pair.First != pair.Second);
        return $"\n{lines.First}\n{lines.Second}";
    }

    private void Throw(string? flaw, int number, byte[] bytes, IReadOnlyList<ApiAnswer> answers)
    {
        flaw ??= _server.Faults.TryTake(out var fault) ? $"The server logged: {fault}" : null;
        if (flaw is not null)
        {
            var shown = answers.Select(answer =>
                $"{answer.Status} {string.Join("; ", answer.Headers.Select(header => $"{header.Key}: {header.Value}"))}\n{answer.Text}");
            throw new FuzzFailure(_plan, number, flaw, bytes, string.Join('\n', shown), _last);
        }

        _last = bytes;
    }

    /// <summary>What there was before a request.</summary>
    /// <param name="Records">How many records had been journaled.</param>
    /// <param name="Attempts">The attempts in the part store.</param>
    /// <param name="Seen">All that could be seen; null where nobody looked.</param>
    private sealed record Standing(int Records, (int Count, long Hashes) Attempts, string? Seen);
}
