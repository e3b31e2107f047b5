using OrleansUploads.Simulation.Clocks;
using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Objects;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>A kind of schedules, whose seeds are played in the same way.</summary>
internal sealed record ScheduleKind(string Name, Func<ulong, bool, ClientOutcome> Run)
{
    public const string Uploads = "uploads";
    public const string Objects = "objects";
    public const string Inventories = "inventories";
    public const string Clocks = "clocks";

    public static IReadOnlyList<ScheduleKind> All { get; } =
    [
        new(Uploads, (seed, keepsLines) =>
        {
            var outcome = Simulation.Run(seed, new Coverage(), keepsLines: keepsLines);
            return new ClientOutcome(outcome.Violation, outcome.Trace);
        }),
        new(Objects, (seed, keepsLines) => ObjectSimulation.Run(seed, keepsLines: keepsLines)),
        new(Inventories, (seed, keepsLines) => InventorySimulation.Run(seed, keepsLines: keepsLines)),
        new(Clocks, (seed, _) => ClockSeries.Run(seed)),
    ];

    public static ScheduleKind Of(string name) => All.Single(kind => kind.Name == name);

    public string CommandFor(SeedRange seeds) => FormattableString.Invariant(
        $"./simulate.sh {(Name == Uploads ? "" : $"--{Name} ")}--seeds {seeds.Count} --from {seeds.From}");

    public IReadOnlyList<string> Play(SeedRange seeds) => seeds.Play(seed => Run(seed, false).Violation);
}
