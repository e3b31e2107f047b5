namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The packages of this checkout are packed, installed and used as their READMEs and docs/packages.md say, by a user who has nothing
/// but a package source.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    /// <summary>Runs a program that serves until it is stopped, as another terminal would, and returns when it is ready.</summary>
    private const string OtherTerminal = """
        dotnet() {
            if [ "${1:-}" = run ] && [[ $3 = service || $3 = silo ]]; then
                command dotnet build "$3" -v quiet
                local program=$3
                shift 3
                [ "${1:-}" != -- ] || shift
                exec 4< <(exec dotnet "$program/bin/Debug/net10.0/$program.dll" "$@" 2>&1)
                PROGRAM=$!
                while read -r line <&4; do
                    case $line in *"Application started."*) echo "$program has started"; return ;; esac
                    echo "$line"
                done
                exit 1
            fi
            command dotnet "$@"
        }
        stop_program() { kill "$PROGRAM"; wait "$PROGRAM" || true; echo "stopped"; }
        """;

    private static readonly StartingDocument Start = StartingDocument.Read("docs/packages.md");

    [Fact, Slice(2)]
    public async Task The_samples_of_the_packages_run_against_them_and_the_tool_serves()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        await WriteSampleAsync("Hashing", ["Hashing"]);
        await WriteSampleAsync("Signing", ["Signing"]);
        await WriteSampleAsync("Client", ["Client.DependencyInjection"]);
        await WriteSampleAsync("Client.DependencyInjection", ["Client.DependencyInjection"]);
        await WriteSampleAsync("Gateway", ["AspNetCore"]);
        await WriteSampleAsync("Testing", ["Testing"], """<PackageReference Include="AWSSDK.S3" Version="4.*" />""");
        await WriteSampleAsync("Cluster", ["Silo"]);
        await WriteSampleAsync("Storage.S3", ["AspNetCore", "Storage.S3"]);
        await WriteSampleAsync("Storage.Azure", ["AspNetCore", "Storage.Azure"]);

        var output = await feed.RunAsync(
            "samples",
            $"""
            dotnet tool install orleans-uploads --version {PackageFeed.Version} --tool-path ~/tools
            export PATH=~/tools:$PATH
            orleans-uploads --version
            orleans-uploads serve --data ~/samples/data
            eval "$(orleans-uploads keys export --data ~/samples/data)"
            AWS_DEFAULT_REGION=us-east-1 aws s3 mb s3://bytes --endpoint-url "$AWS_ENDPOINT_URL"
            cd ~/samples
            head -c 5000000 /dev/urandom > holiday.tar
            dotnet build samples.slnx -c Release -v quiet
            for project in Hashing Signing Client Client.DependencyInjection Gateway Testing Cluster Storage.S3; do
                dotnet $project/bin/Release/net10.0/$project.dll | sed "s/^/$project: /"
            done
            cmp holiday.tar restored.tar && echo identical
            if ls Cluster/bin/Release/net10.0 | grep -i -e sqlite -e prometheus -e AWSSDK -e Azure; then exit 1; fi
            if ls Storage.S3/bin/Release/net10.0 | grep -i Azure; then exit 1; fi
            if ls Storage.Azure/bin/Release/net10.0 | grep -i AWSSDK; then exit 1; fi
            """);

        Assert.Contains($"{PackageFeed.Version} (SQLite 3.", output, StringComparison.Ordinal);
        Assert.Contains("ResourceNotFoundException", output, StringComparison.Ordinal);
        Assert.Contains("identical", output, StringComparison.Ordinal);
        Assert.Contains("Hashing: True", output, StringComparison.Ordinal);
        Assert.Contains("Signing: AKEXAMPLE: The signature is valid.", output, StringComparison.Ordinal);
        Assert.Contains("Client.DependencyInjection: photos", output, StringComparison.Ordinal);
        Assert.Contains("Gateway: An application.", output, StringComparison.Ordinal);
        Assert.Contains("Gateway: {\"status\":\"Healthy\"", output, StringComparison.Ordinal);
        Assert.Contains("Testing: uploads left open: 0", output, StringComparison.Ordinal);
        Assert.Contains("Cluster: archive ", output, StringComparison.Ordinal);
        Assert.Contains("Storage.S3: s3://bytes/uploads is marked: True", output, StringComparison.Ordinal);
    }

    [Fact, Slice(6)]
    public async Task An_application_a_silo_tests_and_nodes_begin_in_an_empty_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var service = Start["The service in an ASP.NET Core application"];
        var silo = Start["The grains in an Orleans silo"];
        var tests = Start["A test of a program that uses S3"];
        var nodes = Start["Two nodes that share an upload"];
        Assert.InRange(LinesOf(service), 1, 7);
        Assert.InRange(LinesOf(silo), 1, 10);
        Assert.InRange(tests.First(static step => step.Program.Length > 0).LineCount, 1, 12);
        Assert.InRange(LinesOf(nodes), 1, 30);
        Assert.InRange(nodes.Where(static step => step.Program.Length == 0).Sum(static step => step.LineCount), 1, 15);
        var ports = FreePort.Take(2);

        var output = await feed.RunAsync(
            "empty",
            $"""
            {OtherTerminal}
            {CommandsOf(service)}
            stop_program
            {CommandsOf(silo).Replace("UseLocalhostClustering()", $"UseLocalhostClustering({ports[0]}, {ports[1]})", StringComparison.Ordinal)}
            stop_program
            {CommandsOf(tests)}
            {CommandsOf(nodes)}
            """);

        Assert.Contains("service has started", output, StringComparison.Ordinal);
        Assert.Contains("{\"status\":\"Healthy\"", output, StringComparison.Ordinal);
        Assert.Contains("An application.", output, StringComparison.Ordinal);
        Assert.Contains("silo has started", output, StringComparison.Ordinal);
        Assert.Contains("one archive ID", output, StringComparison.Ordinal);
        Assert.Contains("identical", output, StringComparison.Ordinal);
    }

    [Fact, Slice(7)]
    public async Task Tests_with_NUnit_begin_in_an_empty_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        Assert.Contains("Passed!", await feed.RunAsync("empty", CommandsOf(Start["Tests with NUnit"])), StringComparison.Ordinal);
    }

    private static int LinesOf(IEnumerable<StartingStep> steps) =>
        Assert.Single(steps, static step => step.Program.Length > 0).LineCount;

    private static string CommandsOf(IEnumerable<StartingStep> steps) => string.Join('\n', steps.Select(static step => step.Commands));

    /// <summary>Writes the samples of a project's README as a program that uses packages, and adds it to the samples' solution.</summary>
    private async Task WriteSampleAsync(string project, IReadOnlyList<string> packages, string others = "")
    {
        var folder = Directory.CreateDirectory(feed.File($"samples/{project}")).FullName;
        var ports = FreePort.Take(2);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Program.cs"),
            Samples($"src/OrleansUploads.{project}/README.md")
                .Replace("UseLocalhostClustering()", $"UseLocalhostClustering({ports[0]}, {ports[1]})", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(folder, $"{project}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(packages.Select(static package => $"<PackageReference Include=\"OrleansUploads.{package}\" Version=\"{PackageFeed.Version}\" />"))}
                {others}
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(
            feed.File("samples/samples.slnx"),
            $"<Solution>{string.Concat(Directory.EnumerateFiles(feed.File("samples"), "*.csproj", SearchOption.AllDirectories).Select(static path => $"<Project Path=\"{path}\" />"))}</Solution>");
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
