import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Signs and verifies XML with nothing but a stock JDK and its defaults, as a
 * sender's program would. It reads a job a line and answers each with a line:
 *
 * <pre>
 * sign IN OUT KEY(PKCS#8) CHAIN(PEM) SIGNATURE-URI DIGEST-URI C14N-URI STYLE
 * verify IN CERTIFICATE(PEM)
 * </pre>
 *
 * STYLE is "plain", or a list of words: "prefix" writes ds: before names, "ids" gives every
 * element of the signature that may have one an Id, "keys" adds the subject, the
 * issuer and the key's value to KeyInfo.
 */
public class Sign {
    private static final String UBL = "urn:oasis:names:specification:ubl:schema:xsd:";
    private static final XMLSignatureFactory XML = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] args) {
        Scanner jobs = new Scanner(System.in);
        while (jobs.hasNextLine()) {
            String[] job = jobs.nextLine().split("\t");
            try {
                if (job[0].equals("sign")) {
                    sign(job);
                } else {
                    verify(job);
                }
                System.out.println("ok");
            } catch (Exception e) {
                System.out.println("failed: " + e);
            }
        }
    }

    private static void sign(String[] job) throws Exception {
        List<X509Certificate> chain = certificates(job[4]);
        String style = job[8];
        boolean ids = style.contains("ids");
        Document document = parse(job[1]);
        Reference reference = XML.newReference("", XML.newDigestMethod(job[6], null),
            List.of(XML.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                XML.newTransform(job[7], (TransformParameterSpec) null)),
            null, ids ? "reference" : null);
        CanonicalizationMethod canonical = XML.newCanonicalizationMethod(job[7], (C14NMethodParameterSpec) null);
        SignedInfo info = XML.newSignedInfo(canonical, XML.newSignatureMethod(job[5], null), List.of(reference), ids ? "info" : null);
        KeyInfoFactory factory = XML.getKeyInfoFactory();
        List<Object> data = new ArrayList<>(chain);
        List<XMLStructure> content = new ArrayList<>();
        X509Certificate signer = signer(chain);
        if (style.contains("keys")) {
            content.add(factory.newKeyName(signer.getSubjectX500Principal().getName()));
            content.add(factory.newKeyValue(signer.getPublicKey()));
            data.add(0, signer.getSubjectX500Principal().getName());
            data.add(1, factory.newX509IssuerSerial(signer.getIssuerX500Principal().getName(), signer.getSerialNumber()));
        }
        content.add(factory.newX509Data(data));
        KeyInfo keyInfo = factory.newKeyInfo(content, ids ? "keys" : null);
        PrivateKey key = KeyFactory.getInstance(signer.getPublicKey().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(job[3]))));
        DOMSignContext context = new DOMSignContext(key, place(document));
        if (style.contains("prefix")) {
            context.setDefaultNamespacePrefix("ds");
        }
        XML.newXMLSignature(info, keyInfo, null, ids ? "signature" : null, ids ? "value" : null).sign(context);
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(new File(job[2])));
    }

    /** The signer's certificate: the one of the chain that is no authority's. */
    private static X509Certificate signer(List<X509Certificate> chain) {
        return chain.stream().filter(c -> c.getBasicConstraints() < 0).findFirst().orElseThrow();
    }

    /** The parent of the signature: UBL has a place for it, others take it as the last child of the root. */
    private static Node place(Document document) {
        Element root = document.getDocumentElement();
        if (!root.getNamespaceURI().startsWith(UBL)) {
            return root;
        }
        String extension = UBL + "CommonExtensionComponents-2";
        Element list = element(document, extension, "ext:UBLExtensions");
        root.insertBefore(list, root.getFirstChild());
        Element one = child(list, extension, "ext:UBLExtension");
        child(one, extension, "ext:ExtensionURI").setTextContent("urn:oasis:names:specification:ubl:dsig:enveloped");
        Element content = child(one, extension, "ext:ExtensionContent");
        Element signatures = child(content, UBL + "CommonSignatureComponents-2", "sig:UBLDocumentSignatures");
        return child(signatures, UBL + "SignatureAggregateComponents-2", "sac:SignatureInformation");
    }

    private static Element child(Element parent, String space, String name) {
        Element e = element(parent.getOwnerDocument(), space, name);
        parent.appendChild(e);
        return e;
    }

    /** A new element with its namespace declared: what is signed in memory must be what is written later. */
    private static Element element(Document document, String space, String name) {
        Element e = document.createElementNS(space, name);
        e.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:" + name.substring(0, name.indexOf(':')), space);
        return e;
    }

    private static void verify(String[] job) throws Exception {
        Document document = parse(job[1]);
        PublicKey key = certificates(job[2]).get(0).getPublicKey();
        NodeList all = document.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element e = (Element) all.item(i);
            if (e.hasAttribute("Id")) {
                e.setIdAttribute("Id", true);
            }
        }
        NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        if (signatures.getLength() == 0) {
            throw new Exception("no signature");
        }
        for (int i = 0; i < signatures.getLength(); i++) {
            DOMValidateContext context = new DOMValidateContext(key, signatures.item(i));
            if (!XML.unmarshalXMLSignature(context).validate(context)) {
                throw new Exception("the signature does not hold");
            }
        }
    }

    private static List<X509Certificate> certificates(String file) throws Exception {
        List<X509Certificate> list = new ArrayList<>();
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(Path.of(file)))) {
            for (Object c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                list.add((X509Certificate) c);
            }
        }
        return list;
    }

    private static Document parse(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        try (InputStream in = new FileInputStream(file)) {
            return factory.newDocumentBuilder().parse(in);
        }
    }
}
