using System.Buffers;
using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary><c>sink</c>: bare Kestrel, the baseline of the transfers. It hashes the body of a PUT both ways, writes it to a
/// file and flushes it, and serves the files of its folder as static files. It verifies and stores nothing else. With <c>--direct</c> it
/// writes past the page cache.</summary>
internal static class SinkCommand
{
    private const string Direct = "--direct";
    private const int BufferBytes = 256 * 1024;

    /// <summary>A flush blocks its thread, so this many threads are needed to keep bodies from waiting for each
    /// other.</summary>
    private const int MinThreads = 16;

    /// <summary>Starts the server and waits until it is ready.</summary>
    public static Task<ServingProcess> StartAsync(string folder, bool isDirect = false) => ServingProcess.StartAsync(
        CommandLine.StartProgram([typeof(SinkCommand).Assembly.Location, "sink", folder, .. isDirect ? [Direct] : Array.Empty<string>()]));

    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder");
        var direct = new Option<bool>(Direct);
        var command = new Command("sink", "Run the baseline server of ingest and retrieval.") { folder, direct };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
            ServeAsync(parsed.GetRequiredValue(folder).FullName, parsed.GetValue(direct), cancellationToken));
        return command;
    }

    private static async Task<int> ServeAsync(string folder, bool isDirect, CancellationToken cancellationToken)
    {
        ThreadPool.SetMinThreads(MinThreads, MinThreads);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            ServeUnknownFileTypes = true,
        });
        app.Run(context => context.Request.Path == "/healthz"
            ? context.Response.WriteAsync(HeapUse.Read().ToHealthReport())
            : TakeAsync(context, folder, isDirect));
        await app.StartAsync(cancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        Console.WriteLine(ServingProcess.Ready + addresses.Addresses.First());
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task TakeAsync(HttpContext context, string folder, bool isDirect)
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString());
        PartHashes hashes;
        if (isDirect)
        {
            var memory = AlignedMemory.Rent();
            using var file = SinkFile.CreateDirect(path, context.Request.ContentLength.GetValueOrDefault());
            hashes = await CopyAsync(context, file, memory);
            AlignedMemory.Return(memory);
        }
        else
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            using var file = SinkFile.Create(path);
            hashes = await CopyAsync(context, file, buffer.AsMemory(0, BufferBytes));
            ArrayPool<byte>.Shared.Return(buffer);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers["x-amz-sha256-tree-hash"] = hashes.Tree.ToString();
        context.Response.Headers["x-amz-content-sha256"] = hashes.Linear!.Value.ToString();
    }

    private static async Task<PartHashes> CopyAsync(HttpContext context, SinkFile file, Memory<byte> memory)
    {
        using var hasher = new PartHasher();
        while (true)
        {
            var count = await context.Request.Body.ReadAtLeastAsync(
                memory, memory.Length, throwOnEndOfStream: false, context.RequestAborted);
            if (count == 0)
            {
                file.Flush();
                return hasher.Finish();
            }

            hasher.Append(memory.Span[..count]);
            file.Append(memory.Span[..count]);
        }
    }
}
