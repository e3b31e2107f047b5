using OrleansUploads.Simulation.PowerCut.Fuse;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary><c>./simulate.sh --power-cut --mutations</c>. Exit codes: 0 every mutation was noticed and the server without
/// one passes, 1 otherwise, 2 invalid arguments, 3 not supported on this machine.</summary>
internal static class MutationCommand
{
    private const int MaxChars = 120;
    private const int RoundsWithoutMutation = 20;

    public static async Task<int> RunAsync(string[] args)
    {
        var mutations = MutationTable.All.Where(mutation => args.Length == 0 || args.Contains(mutation.Name)).ToList();
        if (mutations.Count == 0)
        {
            await Console.Error.WriteLineAsync("./simulate.sh --power-cut --mutations [NAME]");
            return 2;
        }

        if (FuseDevice.Obstacle is { } obstacle)
        {
            await Console.Error.WriteLineAsync(obstacle);
            return 3;
        }

        Console.WriteLine($"{"mutation",-26}{"found after",14}{"bound",8}   by");
        var missed = 0;
        foreach (var mutation in mutations)
        {
            var found = await MutationTable.HuntAsync(mutation, firstSeed: 1);
            missed += found is null ? 1 : 0;
            Console.WriteLine(found is { } noticed
                ? $"{mutation.Name,-26}{noticed.Rounds,14}{mutation.Rounds,8}   {FirstLine(noticed.Failure.Violation)}"
                : $"{mutation.Name,-26}{"NOT FOUND",14}{mutation.Rounds,8}   {mutation.What}");
        }

        Console.WriteLine($"{mutations.Count - missed} of {mutations.Count} mutations found");
        return missed + await PassWithoutAsync() == 0 ? 0 : 1;
    }

    private static string FirstLine(string text) => text.Split('\n')[0] is var line && line.Length > MaxChars ? line[..MaxChars] : line;

    private static async Task<int> PassWithoutAsync()
    {
        var failures = new List<RealServer.RealFailure>();
        foreach (var plan in new[] { MutationTable.PlanFor(null), MutationTable.PlanFor(null) with { FailsDisk = true } })
        {
            var tally = new PowerCutTally();
            failures.AddRange(await PowerCutCommand.RunAsync(RoundsWithoutMutation, 1, plan, tally, _ => { }));
            Console.WriteLine($"no mutation{(plan.FailsDisk ? ", on a failing disk" : "")}: {tally}");
        }

        failures.ForEach(Console.WriteLine);
        Console.WriteLine($"no mutation: {failures.Count} violations");
        return failures.Count;
    }
}
