namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>A package source with the packages of this checkout, packed once, and the home folder of a user who uses it.</summary>
public sealed class PackageFeed : IDisposable
{
    /// <summary>Later than any version that was published, so that the user gets the packed ones.</summary>
    internal const string Version = "99.0.0";

    private readonly TemporaryFolder _home = new();
    private readonly Lazy<Task> _packed;

    public PackageFeed() => _packed = new(PackAsync);

    public void Dispose() => _home.Dispose();

    public string File(string name) => _home.File(name);

    /// <summary>Runs commands in a folder of the home folder, which is created. Skips the test where there is no POSIX shell.</summary>
    /// <returns>What they printed.</returns>
    public async Task<string> RunAsync(string folder, string commands)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        await _packed.Value;
        return await new DocumentShell(_home).RunAsync(commands, NewUser.TimeLimit, Directory.CreateDirectory(File(folder)).FullName);
    }

    private async Task PackAsync()
    {
        var checkout = Checkout.CopyTo(File("source"));
        var packable = Directory.EnumerateFiles(Path.Combine(checkout, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(static project => System.IO.File.ReadAllText(project).Contains("<IsPackable>true</IsPackable>", StringComparison.Ordinal));
        await System.IO.File.WriteAllTextAsync(
            Path.Combine(checkout, "packages.slnx"),
            $"<Solution>{string.Concat(packable.Select(static project => $"<Project Path=\"{project}\" />"))}</Solution>");
        Directory.CreateDirectory(File("feed"));
        Directory.CreateDirectory(File(".nuget/NuGet"));
        await System.IO.File.WriteAllTextAsync(File(".nuget/NuGet/NuGet.Config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{File("feed")}" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" protocolVersion="3" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="machine" value="{Checkout.PackageFolder}" />
              </fallbackPackageFolders>
            </configuration>
            """);
        await new DocumentShell(_home).RunAsync(
            $"NUGET_PACKAGES='{Checkout.PackageFolder}' dotnet pack packages.slnx -c Release -p:Version={Version} -o '{File("feed")}' -v quiet",
            NewUser.TimeLimit,
            checkout);
    }
}
