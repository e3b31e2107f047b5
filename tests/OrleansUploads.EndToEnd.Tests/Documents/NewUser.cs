namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A home folder and a checkout in which the program was built and installed once, as the README says, for all tests that need
/// them.</summary>
public sealed class NewUser : IDisposable
{
    /// <summary>How long the commands of a document may take.</summary>
    internal static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(20);

    private readonly TemporaryFolder _home = new();
    private readonly string _checkout;
    private readonly Lazy<Task<string>> _installation;

    public NewUser()
    {
        _checkout = Checkout.CopyTo(File("orleans-uploads-source"));
        _installation = new(() => new DocumentShell(_home).RunAsync(
            $"""
            export NUGET_PACKAGES='{Checkout.PackageFolder}'
            {Readme.Sections["Try it"]}
            {Readme.Sections["Install"]}
            """,
            TimeLimit,
            _checkout));
    }

    internal static CommandDocument Readme { get; } = CommandDocument.Read("README.md");

    public void Dispose() => _home.Dispose();

    public string File(string name) => _home.File(name);

    /// <summary>Builds and installs the program, once.</summary>
    /// <returns>What that printed.</returns>
    public Task<string> InstallAsync() => _installation.Value;

    /// <summary>Runs commands in the checkout, with the program installed.</summary>
    /// <returns>What they printed.</returns>
    public async Task<string> RunAsync(string commands)
    {
        await InstallAsync();
        return await new DocumentShell(_home).RunAsync(commands, TimeLimit, _checkout);
    }
}
