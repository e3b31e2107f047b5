namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>What keeps the membership and the journals of the clusters under test.</summary>
internal interface IDatabaseServer
{
    string Name { get; }

    /// <summary>Creates what a new cluster needs. Skips the test if there is no server.</summary>
    Task<IClusterDatabase> CreateAsync();

    /// <summary>Stops the server. It loses nothing.</summary>
    Task StopAsync();

    /// <summary>Starts the server again and waits until it answers.</summary>
    Task StartAsync();
}

internal interface IClusterDatabase
{
    /// <summary>The environment of a silo with new ports.</summary>
    /// <param name="partsFolder">The folder for all bytes.</param>
    Dictionary<string, string?> NewSilo(string partsFolder);

    /// <summary>Whether the cluster has a silo at a port that is not declared dead.</summary>
    Task<bool> HasSiloAsync(string siloPort);

    Task<long> CountRowsAsync();

    /// <summary>The entities that wait for something.</summary>
    Task<long> CountWakesAsync();
}
