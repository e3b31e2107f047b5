using OrleansUploads.Simulation.PowerCut.Disk;
using OrleansUploads.Simulation.PowerCut.Fuse;

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

    /// <summary>The mount point.</summary>
    public string Path => _folder.Path;

    /// <summary>The content of the disk.</summary>
    public ForgetfulDisk Content { get; }

    /// <summary>Its power supply, until the next cut.</summary>
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
