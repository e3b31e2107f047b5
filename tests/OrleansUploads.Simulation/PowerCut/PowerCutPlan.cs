namespace OrleansUploads.Simulation.PowerCut;

/// <summary>The disk faults of a series besides power cuts, and the server that runs on the disk.</summary>
internal sealed record PowerCutPlan
{
    /// <summary>Whether flushes and writes fail, and the disk fills up, in each round.</summary>
    public bool FailsDisk { get; init; }

    /// <summary>The assembly to run, and its first arguments.</summary>
    public IReadOnlyList<string> Program { get; init; } = [CommandLine.Program, "serve"];
}

/// <summary>The counts of a run.</summary>
internal sealed class PowerCutTally
{
    public RealServer.RealTally Real { get; } = new();

    /// <summary>Power cuts under load.</summary>
    public int Cuts { get; set; }

    /// <summary>Power cuts after which a random part of the unflushed changes was kept.</summary>
    public int CutsKeepingSome { get; set; }

    /// <summary>Power cuts while the server was starting.</summary>
    public int StartsCut { get; set; }

    /// <summary>Times at which flushes or writes failed, or the disk was full.</summary>
    public int Faults { get; set; }

    /// <summary>Disk faults after which there was room and the server had to recover without a restart.</summary>
    public int Resumed { get; set; }

    /// <summary>Disk faults after which the server was restarted but the machine was not.</summary>
    public int Restarts { get; set; }

    /// <summary>Operations of the disk that failed.</summary>
    public int FailedOperations { get; set; }

    /// <summary>Key pairs created under load.</summary>
    public int KeysCreated { get; set; }

    public override string ToString() => FormattableString.Invariant(
        $"{Real.Rounds} rounds, {Real.Operations} operations, {Cuts} power cuts under load ({CutsKeepingSome} keeping a random part), ")
        + FormattableString.Invariant(
        $"{StartsCut} at a start, {Faults} disk faults ({FailedOperations} failed operations, {Resumed} recoveries without a restart, ")
        + FormattableString.Invariant(
        $"{Restarts} with one), {Real.InDoubt} requests in doubt, {KeysCreated} key pairs created, {Real.Unjudged} uploads unjudged");
}
