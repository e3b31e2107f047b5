using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A mistake in front of a server that has none: it spoils answers on their way out.</summary>
/// <param name="what">Its name.</param>
/// <param name="spoil">What it does to an answer.</param>
internal sealed class PlantedFault(string what, Func<HttpContext, string, Task<string>> spoil) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(SpoilAsync);
        next(app);
    };

    public override string ToString() => what;

    private async Task SpoilAsync(HttpContext context, RequestDelegate next)
    {
        var wire = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await next(context);
        context.Response.Body = wire;
        var bytes = answer.ToArray();
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            bytes = Encoding.UTF8.GetBytes(await spoil(context, Encoding.UTF8.GetString(bytes)));
            context.Response.ContentLength = bytes.Length;
        }

        if (bytes.Length > 0)
        {
            await wire.WriteAsync(bytes);
        }
    }
}
