using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>A response with bytes of an inventory.</summary>
internal sealed class InventoryOutputAnswer(InventoryWriter inventories, InventoryJob job, OutputRange output) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => output.Status;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.ContentType = InventoryFormatter.ContentTypeOf(job.Format);
        StoredBytes.Isolate(response);
        output.SetHeaders(response, job.Output.SizeBytes);
        return inventories.CopyAsync(job, output.Range, body, cancellationToken);
    }
}
