using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Middleware that corrupts the error answers of a server, to check that the fuzzer finds it.</summary>
/// <param name="corrupt">Changes an error answer and returns its new body.</param>
internal sealed class PlantedFault(Func<HttpContext, string, Task<string>> corrupt) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CorruptAsync);
        next(app);
    };

    private async Task CorruptAsync(HttpContext context, RequestDelegate next)
    {
        var wire = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await next(context);
        context.Response.Body = wire;
        var bytes = answer.ToArray();
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            bytes = Encoding.UTF8.GetBytes(await corrupt(context, Encoding.UTF8.GetString(bytes)));
            context.Response.ContentLength = bytes.Length;
        }

        if (bytes.Length > 0)
        {
            await wire.WriteAsync(bytes);
        }
    }
}
