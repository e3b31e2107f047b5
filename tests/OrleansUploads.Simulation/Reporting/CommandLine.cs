using System.Globalization;
using OrleansUploads.Simulation.Bugs;
using OrleansUploads.Simulation.Inventories;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>The commands of simulate.sh. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid
/// arguments.</summary>
internal static class CommandLine
{
    private const string Usage = """
        ./simulate.sh --seed N [--trace]     replay one seed; a failure is shrunk and shown step by step
        ./simulate.sh --seeds N [--from S]   run N seeds, starting at S (default: 1)
        ./simulate.sh --minutes M [--from S] run seeds for M minutes on all cores, starting at S (default: derived from the time)
        ./simulate.sh --inventories --seeds N [--from S]  the same for clients that take inventories; --seed N replays one seed
        ./simulate.sh --bugs                 plant each bug of the tables and report how many seeds it takes to find it
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
                ["--inventories", "--seed", var seed] => ReplayInventories(Number(seed)),
                ["--inventories", "--seeds", var count] => RunInventories(Number(count), 1),
                ["--inventories", "--seeds", var count, "--from", var from] => RunInventories(Number(count), Number(from)),
                ["--bugs"] => HuntBugs(""),
                ["--bugs", var about] => HuntBugs(about),
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

    private static int ReplayInventories(ulong seed)
    {
        var outcome = InventorySimulation.Run(seed, keepsLines: true);
        Print(outcome.Trace.Lines);
        Console.WriteLine($"seed {seed} {outcome.Violation ?? "keeps every promise"}; trace hash {outcome.Trace.Hash:x16}");
        return outcome.Violation is null ? 0 : 1;
    }

    private static int RunInventories(ulong count, ulong from)
    {
        var failures = new SeedRange(from, count).Play(seed => InventorySimulation.Run(seed).Violation);
        Print(failures);
        Console.WriteLine($"{count} seeds of inventories, starting at {from}: {failures.Count} violate a promise");
        return failures.Count == 0 ? 0 : 1;
    }

    private static int HuntBugs(string about)
    {
        Console.WriteLine($"{"planted bug",-60}{"found after",14}{"bound",8}   by");
        var missed = 0;
        foreach (var bug in BugTable.All.Where(bug => bug.Name.Contains(about, StringComparison.Ordinal)))
        {
            if (bug.Hunt() is { } found)
            {
                Console.WriteLine($"{bug.Name,-60}{found.Seeds,14}{bug.Seeds,8}   {found.Violation.Split(':')[0]}");
            }
            else
            {
                missed++;
                Console.WriteLine($"{bug.Name,-60}{"NOT FOUND",14}{bug.Seeds,8}");
            }
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
