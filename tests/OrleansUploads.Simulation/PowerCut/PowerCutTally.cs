namespace OrleansUploads.Simulation.PowerCut;

internal sealed class PowerCutTally : RealTally
{
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

    public int FailedOperations { get; set; }

    public int KeysCreated { get; set; }

    public override string ToString() => FormattableString.Invariant(
        $"{base.ToString()}, {Cuts} power cuts under load ({CutsKeepingSome} keeping a random part), {StartsCut} at a start, ")
        + FormattableString.Invariant(
        $"{Faults} disk faults ({FailedOperations} failed operations, {Resumed} recoveries without a restart, {Restarts} with one), ")
        + FormattableString.Invariant($"{KeysCreated} key pairs created");
}
