using System.Globalization;
using OrleansUploads.Simulation.Bugs;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>The commands of simulate.sh. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid
/// arguments.</summary>
internal static class CommandLine
{
    private const string Usage = """
        ./simulate.sh --seed N [--trace]     replay one seed; a failure is shrunk and shown step by step
        ./simulate.sh --seeds N [--from S]   run N seeds, starting at S (default: 1)
        ./simulate.sh --minutes M [--from S] run seeds for M minutes on all cores, starting at S (default: derived from the time)
        ./simulate.sh --objects --seeds N [--from S]  the same for clients of a bucket; --seed N replays one seed
        ./simulate.sh --inventories --seeds N [--from S]  the same for clients that take inventories; --seed N replays one seed
        ./simulate.sh --bugs [WORD]          plant each bug whose name contains a word, and report which seed finds it
        ./simulate.sh --bugs --record        plant all bugs and record the seeds that find them, for the tests
        ./simulate.sh --real --rounds N [--seed S]  run the real server over HTTP, kill it in each round, and check it against the same model
        ./simulate.sh --power-cut --rounds N [--seed S] [--failing-flushes]  the same on a disk that loses unflushed data at each power cut
        ./simulate.sh --power-cut --mutations [NAME]  remove one flush or write order of `serve` at a time, and report how soon this is found
        """;

    public static int Run(string[] args)
    {
        try
        {
            return args switch
            {
                ["--seed", var seed] => Replay(Number(seed), withTrace: false),
                ["--seed", var seed, "--trace"] => Replay(Number(seed), withTrace: true),
                ["--seeds", var count] => RunSeeds(Number(count), 1),
                ["--seeds", var count, "--from", var from] => RunSeeds(Number(count), Number(from)),
                ["--minutes", var minutes] => RunFor(minutes, (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() << 20),
                ["--minutes", var minutes, "--from", var from] => RunFor(minutes, Number(from)),
                [("--objects" or "--inventories") and var kind, "--seed", var seed] => Replay(ScheduleKind.Of(kind[2..]), Number(seed)),
                [("--objects" or "--inventories") and var kind, "--seeds", var count] =>
                    RunSeeds(ScheduleKind.Of(kind[2..]), new SeedRange(1, Number(count))),
                [("--objects" or "--inventories") and var kind, "--seeds", var count, "--from", var from] =>
                    RunSeeds(ScheduleKind.Of(kind[2..]), new SeedRange(Number(from), Number(count))),
                ["--bugs"] => HuntBugs("", records: false),
                ["--bugs", "--record"] => HuntBugs("", records: true),
                ["--bugs", var about] => HuntBugs(about, records: false),
                _ => Explain(),
            };
        }
        catch (FormatException)
        {
            return Explain();
        }
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

    private static int Explain()
    {
        Console.Error.WriteLine(Usage);
        return 2;
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

    private static int RunSeeds(ulong count, ulong from)
    {
        var campaign = new Campaign(from);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        campaign.Run(count);
        Console.WriteLine($"{count} seeds, starting at {from}, in {watch.Elapsed.TotalSeconds:F1} s, {count / watch.Elapsed.TotalSeconds:F0}/s");
        return Conclude(campaign);
    }

    private static int RunFor(string minutes, ulong from)
    {
        Console.WriteLine($"Running seeds, starting at {from}");
        var campaign = new Campaign(from);
        campaign.Run(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), Console.WriteLine);
        return Conclude(campaign);
    }

    private static int Conclude(Campaign campaign)
    {
        Console.WriteLine($"{campaign.Coverage.Operations} operations, {campaign.Coverage.Faults} faults injected, {campaign.Coverage.Turns} turns");
        foreach (var (situation, count) in campaign.Coverage.Counts)
        {
            Console.WriteLine($"{count,12}  {situation}");
        }

        var failures = campaign.Failures;
        foreach (var failure in failures.Take(20))
        {
            Console.WriteLine($"seed {failure.Seed}: {failure.Violation}");
        }

        if (failures.Count > 0)
        {
            Console.WriteLine();
            Print(FailureReport.Of(failures[0]));
        }

        return failures.Count == 0 ? 0 : 1;
    }

    private static int Replay(ScheduleKind kind, ulong seed)
    {
        var outcome = kind.Run(seed, true);
        Print(outcome.Trace.Lines);
        Console.WriteLine($"seed {seed} of {kind.Name} {outcome.Violation ?? "keeps every promise"}; trace hash {outcome.Trace.Hash:x16}");
        return outcome.Violation is null ? 0 : 1;
    }

    private static int RunSeeds(ScheduleKind kind, SeedRange seeds)
    {
        var failures = kind.Play(seeds);
        Print(failures);
        Console.WriteLine($"{seeds.Count} seeds of {kind.Name}, starting at {seeds.From}: {failures.Count} violate a promise");
        return failures.Count == 0 ? 0 : 1;
    }

    private static int HuntBugs(string about, bool records)
    {
        Console.WriteLine($"{"planted bug",-74}{"found by seed",14}{"bound",8}   promise");
        var missed = 0;
        var seeds = new List<(string Name, ulong Seed)>();
        foreach (var bug in BugTable.All.Where(bug => bug.Name.Contains(about, StringComparison.Ordinal)))
        {
            var found = bug.Hunt();
            if (found is not null)
            {
                seeds.Add((bug.Name, found.Seed));
            }

            missed += found is null ? 1 : 0;
            Console.WriteLine(found is null
                ? $"{bug.Name,-74}{"NOT FOUND",14}{bug.Seeds,8}"
                : $"{bug.Name,-74}{found.Seed,14}{bug.Seeds,8}   {found.Violation.Split(':')[0]}");
        }

        if (records)
        {
            RecordedSeeds.Replace(seeds);
        }

        return missed == 0 ? 0 : 1;
    }

    private static void Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}
