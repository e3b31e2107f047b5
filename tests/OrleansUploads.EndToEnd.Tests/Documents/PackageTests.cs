namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The packages are made, installed and used as their README says.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class PackageTests : IDisposable
{
    private const string Version = "0.0.1-packed";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(20);

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_samples_of_the_packages_run_against_them_and_the_tool_serves()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var checkout = Checkout.CopyTo(_home.File("source"));
        await WriteSampleAsync("Hashing", package: "Hashing");
        await WriteSampleAsync("Signing", package: "Signing");
        await WriteSampleAsync("Client", package: "Client.DependencyInjection");
        await WriteSampleAsync("Client.DependencyInjection", package: "Client.DependencyInjection");

        var output = await new DocumentShell(_home).RunAsync(
            $"""
            for project in Hashing Signing Client Client.DependencyInjection Cli; do
                NUGET_PACKAGES='{Checkout.PackageFolder}' \
                    dotnet pack src/OrleansUploads.$project -c Release -p:Version={Version} -o '{_home.File("feed")}' -v quiet
            done
            dotnet tool install orleans-uploads --version {Version} --tool-path ~/tools --add-source '{_home.File("feed")}'
            export PATH=~/tools:$PATH
            orleans-uploads --version
            orleans-uploads serve --data ~/data
            eval "$(orleans-uploads keys export --data ~/data)"
            cd ~
            head -c 5000000 /dev/urandom > holiday.tar
            for project in Hashing Signing Client Client.DependencyInjection; do
                dotnet build ~/samples/$project -c Release -v quiet
                dotnet ~/samples/$project/bin/Release/net10.0/sample.dll | sed "s/^/$project: /"
            done
            cmp holiday.tar restored.tar && echo identical
            """,
            TimeLimit,
            checkout);

        Assert.Contains($"{Version} (SQLite 3.", output, StringComparison.Ordinal);
        Assert.Contains("ResourceNotFoundException", output, StringComparison.Ordinal);
        Assert.Contains("identical", output, StringComparison.Ordinal);
        Assert.Contains("Hashing: True", output, StringComparison.Ordinal);
        Assert.Contains("Signing: AKEXAMPLE: The signature is valid.", output, StringComparison.Ordinal);
        Assert.Contains("Client.DependencyInjection: photos", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_published_program_runs_the_demo_without_a_runtime_and_without_a_home_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var checkout = Checkout.CopyTo(_home.File("source"));
        var output = await new DocumentShell(_home).RunAsync(
            $"""
            NUGET_PACKAGES='{Checkout.PackageFolder}' bash deploy/publish.sh ~/program | tee ~/publish.log
            if grep -q 'feed lacks the runtime' ~/publish.log; then exit 0; fi
            unset DOTNET_ROOT
            grep -q 'compiled OrleansUploads.Cli' ~/publish.log
            PROGRAM=~/program/orleans-uploads
            HOME=/nonexistent PATH=/usr/bin:/bin $PROGRAM demo --size 16MiB
            ls ~/program
            """,
            TimeLimit,
            checkout);

        Assert.SkipWhen(output.Contains("feed lacks the runtime", StringComparison.Ordinal), "The package feed lacks the runtime.");
        Assert.Contains("ok", output, StringComparison.Ordinal);
        Assert.EndsWith("orleans-uploads", output.Trim(), StringComparison.Ordinal);
        Assert.Contains("All checks passed", output, StringComparison.Ordinal);
    }

    /// <summary>Writes the samples of a project's README as a program that uses one of the packages.</summary>
    private async Task WriteSampleAsync(string project, string package)
    {
        var folder = Directory.CreateDirectory(_home.File($"samples/{project}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Samples($"src/OrleansUploads.{project}/README.md"));
        await File.WriteAllTextAsync(Path.Combine(folder, "sample.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{_home.File("feed")}</RestoreAdditionalProjectSources>
                <RestoreFallbackFolders>{Checkout.PackageFolder}</RestoreFallbackFolders>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="OrleansUploads.{package}" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>The C# samples of a document as one program. Its using directives come first.</summary>
    private static string Samples(string document)
    {
        var blocks = File.ReadAllText(Path.Combine(CommandDocument.Repository, document)).Split("```csharp\n")[1..]
            .Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]);
        var lines = string.Concat(blocks).Split('\n');
        return string.Join('\n', lines.Where(IsDirective).Concat(lines.Where(line => !IsDirective(line))));
    }

    private static bool IsDirective(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);
}
