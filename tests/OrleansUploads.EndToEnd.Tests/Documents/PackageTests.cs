using OrleansUploads.Testing;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The packages of this checkout are packed, installed and used as their READMEs and docs/packages.md say, by a user who has nothing
/// but a package source.</summary>
[Campaign]
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
        var samples = new (string Project, string[] Packages)[]
        {
            ("Hashing", ["Hashing"]),
            ("Signing", ["Signing"]),
            ("Client", ["Client.DependencyInjection"]),
            ("Client.DependencyInjection", ["Client.DependencyInjection"]),
            ("Gateway", ["AspNetCore"]),
            ("Testing", ["Testing"]),
            ("Testing.Cluster", ["Testing.Cluster"]),
            ("Cluster", ["Silo"]),
            ("Storage.S3", ["AspNetCore", "Storage.S3"]),
            ("Storage.Azure", ["AspNetCore", "Storage.Azure"]),
        };
        foreach (var (project, packages) in samples)
        {
            var others = project.StartsWith("Testing", StringComparison.Ordinal) ? """<PackageReference Include="AWSSDK.S3" Version="4.*" />""" : "";
            await WriteProgramAsync($"samples/{project}", SamplesOf(project), packages, others);
        }

        await File.WriteAllTextAsync(
            feed.File("samples/samples.slnx"),
            $"<Solution>{string.Concat(samples.Select(static sample => $"<Project Path=\"{sample.Project}/{sample.Project}.csproj\" />"))}</Solution>");

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
            for project in Hashing Signing Client Client.DependencyInjection Gateway Testing Testing.Cluster Cluster Storage.S3; do
                dotnet $project/bin/Release/net10.0/$project.dll | sed "s/^/$project: /"
            done
            cmp holiday.tar restored.tar && echo identical
            if ls Cluster/bin/Release/net10.0 | grep -i -e sqlite -e prometheus -e AWSSDK -e Azure; then exit 1; fi
            if ls Testing/bin/Release/net10.0 | grep -i Orleans[.]; then exit 1; fi
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
        Assert.Contains("Testing.Cluster: silos: 1, uploads left open: 0", output, StringComparison.Ordinal);
        Assert.Contains("Cluster: archive ", output, StringComparison.Ordinal);
        Assert.Contains("Storage.S3: s3://bytes/uploads is marked: True", output, StringComparison.Ordinal);
    }

    [Fact, Slice(6)]
    public async Task An_application_a_silo_tests_and_nodes_begin_in_an_empty_folder()
    {
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
        Assert.Contains("Passed!", await feed.RunAsync("empty", CommandsOf(Start["Tests with NUnit"])), StringComparison.Ordinal);
    }

    [Fact, Slice(3)]
    public async Task A_silo_that_was_killed_finds_its_upload_in_PostgreSQL_again()
    {
        PostgresPrograms.RequireInstalled();
        var port = FreePort.Take(1)[0];
        await PostgresPrograms.MakeServerAsync(feed.File(""), feed.File("postgres"));
        await using var server = PostgresPrograms.StartServer(feed.File("postgres"), port);
        await WriteProgramAsync("Postgres", SamplesOf("Postgres", """
            using Microsoft.Extensions.DependencyInjection;
            using Orleans;
            using OrleansUploads.Cluster.Abstractions.Uploads;
            using OrleansUploads.Core.Accounts;
            using OrleansUploads.Core.Values;
            using OrleansUploads.Engine.Entities;
            using OrleansUploads.Hashing;
            var upload = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IUploadGrain>(args is [var key] ? key : UploadKey.New());
            var (tapes, bytes) = (new VaultAddress("000000000001", "tapes"), new byte[1000]);
            var hash = TreeHasher.Compute(bytes).ToString();
            if (args is [])
            {
                VaultId.TryParse("000000000001/tapes", out var vault);
                await host.Services.GetRequiredService<IEntityHost>().AskAsync(vault.Account.Entity, new CreateVault(vault), default);
                await upload.InitiateAsync(new UploadRequest(tapes, PartSizeBytes: 1 << 20, "tape 7", UploadStorage.External));
                await upload.ReportPartAsync(tapes, new PartReport(0, bytes.Length - 1, hash, "tape://7/0"));
                File.WriteAllText("key", upload.GetPrimaryKeyString());
                System.Diagnostics.Process.GetCurrentProcess().Kill();
            }
            Console.WriteLine($"parts: {(await upload.ListPartsAsync(new PartsQuery(tapes, 0, 10))).Value!.Parts.Length}");
            Console.WriteLine((await upload.CompleteAsync(new CompletionRequest(tapes, bytes.Length, hash))).Refusal?.Message ?? "completed");
            await host.StopAsync();
            """), ["Postgres"]);

        var output = await feed.RunAsync(
            "Postgres",
            $"""
            export ConnectionStrings__uploads='Host=127.0.0.1;Port={port};Username={PostgresPrograms.Superuser};Database={PostgresPrograms.Superuser}'
            dotnet build -c Release -v quiet
            dotnet bin/Release/net10.0/Postgres.dll || echo "ended with $?"
            dotnet bin/Release/net10.0/Postgres.dll "$(cat key)"
            if ls bin/Release/net10.0 | grep -i -e sqlite -e prometheus -e AWSSDK -e Azure -e AdoNet; then exit 1; fi
            """);

        Assert.Contains("ended with 137", output, StringComparison.Ordinal);
        Assert.Contains("parts: 1", output, StringComparison.Ordinal);
        Assert.Contains("completed", output, StringComparison.Ordinal);
    }

    [Fact, Slice(5)]
    public async Task A_native_node_is_compiled_without_a_warning_and_writes_straight_into_the_store()
    {
        if (!File.Exists("/usr/bin/clang") && !File.Exists("/usr/bin/gcc"))
        {
            throw Requirement.IsMissing("There is neither clang nor gcc, which link native programs");
        }

        await using var store = await UploadsServer.StartAsync(cancellationToken: Cancellation);
        await store.CreateBucketAsync("bytes", Cancellation);
        var direct = Blocks("src/OrleansUploads.Client/README.md", "cs").Single();
        await WriteProgramAsync(
            "node",
            SamplesOf("Client", $$"""
                {{direct}}
                await new ArchiveDownload(client).DownloadAsync("photos", archive.ArchiveId, "run-42.copy");
                """),
            ["Client.DependencyInjection"],
            properties: "<PublishAot>true</PublishAot><TreatWarningsAsErrors>true</TreatWarningsAsErrors>");

        var output = await feed.RunAsync(
            "node",
            $"""
            dotnet tool install orleans-uploads --version {PackageFeed.Version} --tool-path ~/node/tools
            export PATH=~/node/tools:$PATH
            AWS_ACCESS_KEY_ID={store.AccessKeyId} AWS_SECRET_ACCESS_KEY={store.SecretAccessKey} AWS_REGION=us-east-1 \
                orleans-uploads serve --data data --parts s3://bytes/uploads --parts-endpoint {store.Endpoint}
            eval "$(orleans-uploads keys export --data data)"
            head -c 5000000 /dev/urandom > holiday.tar
            head -c 20000000 /dev/urandom > run-42.raw
            dotnet publish -c Release -v quiet --use-current-runtime --output native
            if ls native/*.dll; then exit 1; fi
            native/node
            cmp holiday.tar restored.tar && cmp run-42.raw run-42.copy && echo identical
            """);

        Assert.Contains("identical", output, StringComparison.Ordinal);
    }

    private static int LinesOf(IEnumerable<StartingStep> steps) =>
        Assert.Single(steps, static step => step.Program.Length > 0).LineCount;

    private static string CommandsOf(IEnumerable<StartingStep> steps) => string.Join('\n', steps.Select(static step => step.Commands));

    /// <summary>Writes a program that uses packages.</summary>
    /// <param name="folder">Its folder, by which it is called.</param>
    /// <param name="packages">The packages of this checkout, without the prefix that they have in common.</param>
    /// <param name="others">References to packages of others.</param>
    /// <param name="properties">Further properties of the project.</param>
    private async Task WriteProgramAsync(
        string folder, string program, IReadOnlyList<string> packages, string others = "", string properties = "")
    {
        Directory.CreateDirectory(feed.File(folder));
        var ports = FreePort.Take(2);
        await File.WriteAllTextAsync(
            feed.File($"{folder}/Program.cs"),
            program.Replace("UseLocalhostClustering()", $"UseLocalhostClustering({ports[0]}, {ports[1]})", StringComparison.Ordinal));
        await File.WriteAllTextAsync(feed.File($"{folder}/{Path.GetFileName(folder)}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(packages.Select(static package => $"<PackageReference Include=\"OrleansUploads.{package}\" Version=\"{PackageFeed.Version}\" />"))}
                {others}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>The C# samples of a project's README as one program, and what follows them. Its using directives come first.</summary>
    private static string SamplesOf(string project, string more = "")
    {
        var lines = string.Concat(Blocks($"src/OrleansUploads.{project}/README.md", "csharp").Append(more)).Split('\n');
        return string.Join('\n', lines.Where(IsDirective).Concat(lines.Where(static line => !IsDirective(line))));
    }

    /// <summary>The blocks of a document that are marked as being in a language.</summary>
    private static IEnumerable<string> Blocks(string document, string language) =>
        File.ReadAllText(Path.Combine(CommandDocument.Repository, document)).Split($"```{language}\n")[1..]
            .Select(static rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]);

    private static bool IsDirective(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);
}
