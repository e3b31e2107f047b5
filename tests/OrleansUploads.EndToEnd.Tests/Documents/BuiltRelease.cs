namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A home folder with a release in <c>~/downloads</c>, which is built once for all tests that need it.</summary>
public sealed class BuiltRelease : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly Lazy<Task<string>> _build;

    public BuiltRelease() => _build = new(() => RunHereAsync(
        $"""
        export NUGET_PACKAGES='{Checkout.PackageFolder}'
        '{Checkout.CopyTo(_home.File("source"))}/{ReleaseScriptTests.ReleaseScript}' ~/downloads linux-x64
        """));

    public void Dispose() => _home.Dispose();

    /// <summary>Runs commands in the home folder.</summary>
    /// <returns>What they printed.</returns>
    public async Task<string> RunAsync(string commands)
    {
        await _build.Value;
        return await RunHereAsync(commands);
    }

    private Task<string> RunHereAsync(string commands) => new DocumentShell(_home).RunAsync(commands, NewUser.TimeLimit);
}
