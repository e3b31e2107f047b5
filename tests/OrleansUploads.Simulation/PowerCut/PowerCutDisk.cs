namespace OrleansUploads.Simulation.PowerCut;

/// <summary>A disk that is mounted for real programs, and whose power can be cut.</summary>
internal sealed class PowerCutDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FuseSession _session;

    public PowerCutDisk(SeededRandom random)
    {
        Content = new ForgetfulDisk(random);
        _session = new FuseSession(Path, Content, Power);
    }

    public string Path => _folder.Path;

    public ForgetfulDisk Content { get; }

    public PowerSupply Power { get; private set; } = new();

    /// <summary>Unmounts the disk, drops unflushed data, and mounts it again. No program may be using it.</summary>
    /// <param name="survival">Chooses which unflushed data survives, or null if none does.</param>
    public void CutPower(SeededRandom? survival)
    {
        Power.Release();
        _session.Dispose();
        Content.LosePower(survival);
        Power = new PowerSupply();
        _session = new FuseSession(Path, Content, Power);
    }

    public void Dispose()
    {
        Power.Release();
        _session.Dispose();
        _folder.Dispose();
    }
}
