using OrleansUploads.Simulation.Hostile;
using OrleansUploads.Simulation.PowerCut;
using OrleansUploads.Simulation.PowerCut.Mutations;
using OrleansUploads.Simulation.Soak;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>The commands of simulate.sh. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid arguments, 3 not supported
/// on this machine.</summary>
internal sealed class CommandLine
{
    private const string Usage = """
        ./simulate.sh --seed N [--trace]     replay one seed; a failure is shrunk and shown step by step
        ./simulate.sh --seeds N [--from S]   run N seeds, starting at S (default: 1)
        ./simulate.sh --minutes M [--from S] run seeds for M minutes on all cores, starting at S (default: derived from the time)
        ./simulate.sh --objects --seeds N [--from S]  the same for clients of a bucket; --seed N replays one seed
        ./simulate.sh --inventories --seeds N [--from S]  the same for clients that take inventories; --seed N replays one seed
        ./simulate.sh --clocks --seeds N [--from S]  the same for outages, suspends and wrong clocks; --seed N replays one seed
        ./simulate.sh --bugs [WORD]          plant each bug whose name contains a word, and report which seed finds it
        ./simulate.sh --bugs --record        plant all bugs and record the seeds that find them, for the tests
        ./simulate.sh --real --rounds N [--seed S]  run the real server over HTTP, kill it in each round, and check it against the same model
        ./simulate.sh --power-cut --rounds N [--seed S] [--failing-flushes]  the same on a disk that loses unflushed data at each power cut
        ./simulate.sh --power-cut --mutations [NAME]  remove one flush or write order of `serve` at a time, and report how soon this is found
        ./simulate.sh --soak [--minutes 60] [--rate 20] [--warm-up 10] [--memory 300] [--kibibytes 32]  a load on the real server: duration in
                                             minutes, requests per second, warm-up in minutes, limit of memory in MiB, longest archive in KiB
        ./simulate.sh --hostile [--behind-proxy] [--without-floods] [--quick] [--weakness no-eviction|no-limit|no-shares]  an attack on it
        """;

    private const int MaxViolationChars = 120;
    private const int RoundsWithoutMutation = 20;

    private readonly List<string> _left;

    private CommandLine(IEnumerable<string> args) => _left = [.. args];

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await new CommandLine(args).RunAsync();
        }
        catch (Exception invalid) when (invalid is FormatException or OverflowException)
        {
            await Console.Error.WriteLineAsync($"{invalid.Message}\n{Usage}");
            return 2;
        }
    }

    private async Task<int> RunAsync()
    {
        if (Take("--real"))
        {
            return await PlayRoundsAsync(new RealTally(), KillSeries.RunAsync);
        }

        if (Take("--power-cut"))
        {
            return await CutPowerAsync();
        }

        if (Take("--soak"))
        {
            return await SoakAsync();
        }

        return Take("--hostile") ? await AttackAsync() : Take("--bugs") ? HuntBugs() : PlaySeeds();
    }

    private bool Take(string flag) => _left.Remove(flag);

    /// <summary>Takes an option and the number after it.</summary>
    /// <exception cref="FormatException">The option is missing and has no default, or its value is not a number.</exception>
    private double Number(string option, double? otherwise = null) =>
        TakeText(option) is { } text ? double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
        : otherwise ?? throw new FormatException($"{option} is missing.");

    private ulong Seed(string option, ulong? otherwise = null) =>
        TakeText(option) is { } text ? ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : otherwise ?? throw new FormatException($"{option} is missing.");

    private string? TakeText(string option)
    {
        var at = _left.IndexOf(option);
        if (at < 0)
        {
            return null;
        }

        var text = at + 1 < _left.Count ? _left[at + 1] : throw new FormatException($"{option} has no value.");
        _left.RemoveRange(at, 2);
        return text;
    }

    /// <summary>Refuses the arguments if some were not taken.</summary>
    private void End()
    {
        if (_left.Count > 0)
        {
            throw new FormatException($"Unknown: {string.Join(' ', _left)}.");
        }
    }

    private int PlaySeeds()
    {
        var kind = ScheduleKind.All.FirstOrDefault(kind => Take($"--{kind.Name}")) ?? ScheduleKind.Of(ScheduleKind.Uploads);
        var isUploads = kind.Name == ScheduleKind.Uploads;
        if (_left.Contains("--seed"))
        {
            var (seed, withTrace) = (Seed("--seed"), Take("--trace"));
            End();
            return isUploads ? Replay(seed, withTrace) : Replay(kind, seed);
        }

        if (isUploads && _left.Contains("--minutes"))
        {
            var minutes = Number("--minutes");
            var first = Seed("--from", (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() << 20);
            End();
            Console.WriteLine($"Running seeds, starting at {first}");
            return Play(first, campaign => campaign.Run(TimeSpan.FromMinutes(minutes), Console.WriteLine));
        }

        var (count, from) = (Seed("--seeds"), Seed("--from", 1));
        End();
        if (isUploads)
        {
            return Play(from, campaign => campaign.Run(count));
        }

        var failures = kind.Play(new SeedRange(from, count));
        Print(failures);
        Console.WriteLine($"{count} seeds of {kind.Name}, starting at {from}: {failures.Count} violate a promise");
        return failures.Count == 0 ? 0 : 1;
    }

    private static int Replay(ulong seed, bool withTrace)
    {
        var outcome = Simulation.Run(seed, new Coverage(), keepsLines: withTrace);
        if (outcome.Violation is not null)
        {
            Print(FailureReport.Of(outcome));
            return 1;
        }

        Print(outcome.Options.Describe());
        Print(FailureReport.Of(outcome.Schedule));
        Print(outcome.Trace.Lines);
        Console.WriteLine($"seed {seed} keeps every promise; trace hash {outcome.Trace.Hash:x16} over {outcome.Trace.Notes} notes");
        return 0;
    }

    private static int Replay(ScheduleKind kind, ulong seed)
    {
        var outcome = kind.Run(seed, true);
        Print(outcome.Trace.Lines);
        Console.WriteLine($"seed {seed} of {kind.Name} {outcome.Violation ?? "keeps every promise"}; trace hash {outcome.Trace.Hash:x16}");
        return outcome.Violation is null ? 0 : 1;
    }

    private static int Play(ulong from, Action<Campaign> play)
    {
        var campaign = new Campaign(from);
        var watch = Stopwatch.StartNew();
        play(campaign);
        Console.WriteLine(campaign.Summary(watch.Elapsed));
        foreach (var (situation, count) in campaign.Coverage.Counts)
        {
            Console.WriteLine($"{count,12}  {situation}");
        }

        var failures = campaign.Failures;
        Print(failures.Take(20).Select(failure => $"seed {failure.Seed}: {failure.Violation}"));
        if (failures.Count > 0)
        {
            Console.WriteLine();
            Print(FailureReport.Of(failures[0]));
        }

        return failures.Count == 0 ? 0 : 1;
    }

    private int HuntBugs()
    {
        var records = Take("--record");
        var about = !records && _left is [var word] && _left.Remove(word) ? word : "";
        End();
        Console.WriteLine($"{"planted bug",-74}{"found by seed",14}{"bound",8}   promise");
        var missed = 0;
        var seeds = new List<(string Name, ulong Seed)>();
        foreach (var bug in BugTable.All.Where(bug => bug.Name.Contains(about, StringComparison.Ordinal)))
        {
            if (bug.Hunt() is { } found)
            {
                seeds.Add((bug.Name, found.Seed));
                Console.WriteLine($"{bug.Name,-74}{found.Seed,14}{bug.Seeds,8}   {found.Violation.Split(':')[0]}");
            }
            else
            {
                missed++;
                Console.WriteLine($"{bug.Name,-74}{"NOT FOUND",14}{bug.Seeds,8}");
            }
        }

        if (records)
        {
            RecordedSeeds.Replace(seeds);
        }

        return missed == 0 ? 0 : 1;
    }

    private async Task<int> CutPowerAsync()
    {
        if (FuseMount.Obstacle is { } obstacle)
        {
            await Console.Error.WriteLineAsync(obstacle);
            return 3;
        }

        if (Take("--mutations"))
        {
            return await HuntMutationsAsync();
        }

        var failsDisk = Take("--failing-flushes");
        return await PlayRoundsAsync(
            new PowerCutTally(), (seed, rounds, tally) => PowerCutSeries.RunAsync(seed, rounds, tally, failsDisk));
    }

    private async Task<int> PlayRoundsAsync<TTally>(TTally tally, Func<ulong, int, TTally, Task<RealFailure?>> playAsync)
        where TTally : RealTally
    {
        var (rounds, seed) = ((int)Number("--rounds"), Seed("--seed", 1));
        End();
        var watch = Stopwatch.StartNew();
        var failures = await RealSeries.PlayAllAsync(rounds, seed, tally, Console.WriteLine, playAsync);
        Console.WriteLine(FormattableString.Invariant($"{tally}, {failures.Count} violations, {watch.Elapsed.TotalSeconds:F0} s"));
        return failures.Count == 0 ? 0 : 1;
    }

    private async Task<int> HuntMutationsAsync()
    {
        var takesAll = _left.Count == 0;
        var mutations = MutationTable.All.Where(mutation => takesAll || Take(mutation.Name)).ToList();
        End();
        Console.WriteLine($"{"mutation",-26}{"found after",14}{"bound",8}   by");
        var missed = 0;
        foreach (var mutation in mutations)
        {
            var found = await MutationTable.HuntAsync(mutation, firstSeed: 1);
            missed += found is null ? 1 : 0;
            var violation = found?.Failure.Violation.Split('\n')[0] ?? mutation.What;
            Console.WriteLine(
                $"{mutation.Name,-26}{found?.Rounds.ToString(null, null) ?? "NOT FOUND",14}{mutation.Rounds,8}   "
                + violation[..Math.Min(violation.Length, MaxViolationChars)]);
        }

        Console.WriteLine($"{mutations.Count - missed} of {mutations.Count} mutations found");
        foreach (var failsDisk in (bool[])[false, true])
        {
            var tally = new PowerCutTally();
            var failures = await RealSeries.PlayAllAsync(RoundsWithoutMutation, 1, tally, _ => { }, (seed, rounds, tally) =>
                PowerCutSeries.RunAsync(seed, rounds, tally, failsDisk, MutationTable.ProgramOf(null)));
            Print(failures.Select(failure => failure.ToString()));
            Console.WriteLine($"no mutation{(failsDisk ? ", on a failing disk" : "")}: {tally}, {failures.Count} violations");
            missed += failures.Count;
        }

        return missed == 0 ? 0 : 1;
    }

    private Task<int> SoakAsync()
    {
        var (duration, warmUp) = (TimeSpan.FromMinutes(Number("--minutes", 60)), TimeSpan.FromMinutes(Number("--warm-up", 10)));
        var (rate, memory, kibibytes) = ((int)Number("--rate", 20), Number("--memory", 300), (int)Number("--kibibytes", 32));
        End();
        return warmUp < duration && rate > 0 && kibibytes is >= 1 and <= 1024 && OperatingSystem.IsLinux()
            ? SoakRun.RunAsync(duration, warmUp, rate, (long)(memory * 1048576), kibibytes * 1024)
            : throw new FormatException("Linux only. The warm-up is shorter than the duration, and an archive has at most 1,024 KiB.");
    }

    private async Task<int> AttackAsync()
    {
        var plan = (Take("--quick") ? HostilePlan.Small : HostilePlan.Full) with
        {
            FromOneAddress = Take("--behind-proxy"),
            Floods = !Take("--without-floods"),
            Weakness = TakeText("--weakness"),
        };
        End();
        var report = await HostileBench.RunAsync(plan);
        Console.Write(report);
        return report.Violations.Count == 0 ? 0 : 1;
    }

    private static void Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}
