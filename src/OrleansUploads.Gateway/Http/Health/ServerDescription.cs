namespace OrleansUploads.Gateway.Http.Health;

/// <summary>What the detailed health report says about the process.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="DataFolder">Full path of the folder with the data.</param>
public sealed record ServerDescription(string Version, string DataFolder);
