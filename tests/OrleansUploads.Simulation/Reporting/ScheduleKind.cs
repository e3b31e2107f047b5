using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Objects;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>A kind of schedules, whose seeds are played in the same way.</summary>
/// <param name="Name">The name of the command's option.</param>
/// <param name="Run">Plays a seed, and keeps the lines of its trace if asked to.</param>
internal sealed record ScheduleKind(string Name, Func<ulong, bool, ClientOutcome> Run)
{
    public const string Uploads = "uploads";
    public const string Objects = "objects";
    public const string Inventories = "inventories";

    public static IReadOnlyList<ScheduleKind> All { get; } =
    [
        new(Uploads, (seed, keepsLines) =>
        {
            var outcome = Simulation.Run(seed, new Coverage(), keepsLines: keepsLines);
            return new ClientOutcome(outcome.Violation, outcome.Trace);
        }),
        new(Objects, (seed, keepsLines) => ObjectSimulation.Run(seed, keepsLines: keepsLines)),
        new(Inventories, (seed, keepsLines) => InventorySimulation.Run(seed, keepsLines: keepsLines)),
    ];

    public static ScheduleKind Of(string name) => All.Single(kind => kind.Name == name);

    /// <summary>The command that plays seeds.</summary>
    public string CommandFor(SeedRange seeds) => FormattableString.Invariant(
        $"./simulate.sh {(Name == Uploads ? "" : $"--{Name} ")}--seeds {seeds.Count} --from {seeds.From}");

    /// <summary>Plays seeds on all cores.</summary>
    /// <returns>A line for each seed that broke a promise.</returns>
    public IReadOnlyList<string> Play(SeedRange seeds) => seeds.Play(seed => Run(seed, false).Violation);
}
