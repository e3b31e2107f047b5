namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The commands of the README work as printed, in its order; what they install needs nothing else; and the packages of the same
/// checkout are made, installed and used as their READMEs say. What builds the program again has a slice.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ReadmeTests(NewUser user) : IClassFixture<NewUser>
{
    private const string Version = "0.0.1-packed";

    [Fact, Slice(5)]
    public async Task A_new_user_tries_installs_and_uses_the_program_by_pasting_the_commands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The README's commands are for a POSIX shell.");
        Assert.Equal(
            ["Try it", "Install", "Keep your files", "With Amazon's command line"], NewUser.Readme.Sections.Keys.Take(4));

        Assert.Contains("OrleansUploads.Core -> ", await user.InstallAsync(), StringComparison.Ordinal);

        AssertStoredAndRetrieved(await user.RunAsync($"cd\n{KeepFiles}"));
    }

    [Fact, Slice(5)]
    public async Task The_installed_program_runs_the_demo_without_a_runtime_and_without_a_home_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        Assert.SkipWhen(
            (await user.InstallAsync()).Contains("feed lacks the runtime", StringComparison.Ordinal), "The package feed lacks the runtime.");

        var output = await user.RunAsync(
            """
            unset DOTNET_ROOT
            PROGRAM=$(readlink -f ~/.local/bin/orleans-uploads)
            HOME=/nonexistent PATH=/usr/bin:/bin "$PROGRAM" demo --size 16MiB
            ls "$(dirname "$PROGRAM")"
            """);

        Assert.Contains("All checks passed", output, StringComparison.Ordinal);
        Assert.EndsWith("orleans-uploads", output.Trim(), StringComparison.Ordinal);
    }

    [Fact, Slice(2)]
    public async Task The_samples_of_the_packages_run_against_them_and_the_tool_serves()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        await WriteSampleAsync("Hashing", package: "Hashing");
        await WriteSampleAsync("Signing", package: "Signing");
        await WriteSampleAsync("Client", package: "Client.DependencyInjection");
        await WriteSampleAsync("Client.DependencyInjection", package: "Client.DependencyInjection");
        await WriteSampleAsync("Gateway", package: "AspNetCore");
        await WriteSampleAsync("Testing", package: "Testing", others: """<PackageReference Include="AWSSDK.S3" Version="4.*" />""");

        var output = await user.RunAsync(
            $"""
            for project in Hashing Signing Client Client.DependencyInjection Core Engine Gateway Testing Cli; do
                NUGET_PACKAGES='{Checkout.PackageFolder}' \
                    dotnet pack src/OrleansUploads.$project -c Release -p:Version={Version} -o '{user.File("feed")}' -v quiet
            done
            dotnet tool install orleans-uploads --version {Version} --tool-path ~/tools --add-source '{user.File("feed")}'
            export PATH=~/tools:$PATH
            orleans-uploads --version
            orleans-uploads serve --data ~/samples/data
            eval "$(orleans-uploads keys export --data ~/samples/data)"
            cd ~/samples
            head -c 5000000 /dev/urandom > holiday.tar
            for project in Hashing Signing Client Client.DependencyInjection Gateway Testing; do
                dotnet build $project -c Release -v quiet
                dotnet $project/bin/Release/net10.0/sample.dll | sed "s/^/$project: /"
            done
            cmp holiday.tar restored.tar && echo identical
            """);

        Assert.Contains($"{Version} (SQLite 3.", output, StringComparison.Ordinal);
        Assert.Contains("ResourceNotFoundException", output, StringComparison.Ordinal);
        Assert.Contains("identical", output, StringComparison.Ordinal);
        Assert.Contains("Hashing: True", output, StringComparison.Ordinal);
        Assert.Contains("Signing: AKEXAMPLE: The signature is valid.", output, StringComparison.Ordinal);
        Assert.Contains("Client.DependencyInjection: photos", output, StringComparison.Ordinal);
        Assert.Contains("Gateway: An application.", output, StringComparison.Ordinal);
        Assert.Contains("Gateway: {\"status\":\"Healthy\"", output, StringComparison.Ordinal);
        Assert.Contains("Testing: uploads left open: 0", output, StringComparison.Ordinal);
    }

    private static string KeepFiles =>
        $"{NewUser.Readme.Sections["Keep your files"]}\n{NewUser.Readme.Sections["With Amazon's command line"]}";

    private static void AssertStoredAndRetrieved(string output) =>
        Assert.Equal(2, output.Split('\n').Count(static line => line == "identical"));

    /// <summary>Writes the samples of a project's README as a program that uses one of the packages.</summary>
    private async Task WriteSampleAsync(string project, string package, string others = "")
    {
        var folder = Directory.CreateDirectory(user.File($"samples/{project}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Samples($"src/OrleansUploads.{project}/README.md"));
        await File.WriteAllTextAsync(Path.Combine(folder, "sample.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{user.File("feed")}</RestoreAdditionalProjectSources>
                <RestoreFallbackFolders>{Checkout.PackageFolder}</RestoreFallbackFolders>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="OrleansUploads.{package}" Version="{Version}" />
                {others}
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
